"""python -m index build CORPUS --to DIR · info DIR · verify DIR"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from index.analyzer import Analyzer
from index.build import build_index
from index.command import run_command
from index.corpus import read_corpus
from index.encoder import Encoder
from index.store import Manifest, current_generation, verify
from search.models import device_for
from search.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line on stderr and exit code 1."""
    return run_command(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="Build and check indexes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="index a corpus into DIR")
    build.add_argument(
        "corpus",
        type=Path,
        help=".jsonl[.gz], .csv[.gz], a BEIR folder, .txt .md .html .docx .pdf or a folder",
    )
    build.add_argument("--to", type=Path, required=True, metavar="DIR", help="index directory")
    build.set_defaults(run=_build)
    info = commands.add_parser("info", help="print what an index holds and was built with")
    info.set_defaults(run=_info)
    check = commands.add_parser("verify", help="compare every file with its SHA-256")
    check.set_defaults(run=_verify)
    for command in (info, check):
        command.add_argument("directory", type=Path, metavar="DIR")
    return parser


def _build(options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    documents = read_corpus(options.corpus)
    encoder = Encoder(settings.encoder, device_for(settings))
    manifest = build_index(documents, options.to, encoder, Analyzer(), settings.window_chars)
    sys.stdout.write(
        f"{manifest.documents} documents, {manifest.passages} passages indexed into {options.to}\n"
    )


def _info(options: argparse.Namespace) -> None:
    manifest = asdict(Manifest.read(current_generation(options.directory)))
    files = manifest.pop("files")
    for name, value in manifest.items():
        sys.stdout.write(f"{name:<22}{value}\n")
    sys.stdout.write(f"{'files':<22}{len(files)}\n")


def _verify(options: argparse.Namespace) -> None:
    generation = current_generation(options.directory)
    manifest = Manifest.read(generation)
    verify(generation, manifest)
    sys.stdout.write(f"{options.directory}: {len(manifest.files)} files, all as they were built\n")


if __name__ == "__main__":
    sys.exit(main())
