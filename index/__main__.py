"""python -m index build CORPUS --to DIR · add, remove · info DIR · verify DIR · push, drop-old"""

import argparse
import sys
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from index.analyzer import Analyzer
from index.build import build_index
from index.change import change_index
from index.command import run_command
from index.corpus import read_corpus
from index.encoder import Encoder
from index.opening import milvus_client, read_manifest
from index.store import Manifest, current_generation, verify
from search.models import device_for
from search.settings import Settings

_URL = "milvus+http://HOST:19530/COLLECTION"
_CORPUS = (
    ".jsonl[.gz], .csv[.gz], a BEIR folder, .txt .md .html .docx .pdf, a folder of these "
    "or hf:OWNER/NAME[:SPLIT]"
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line on stderr and exit code 1."""
    return run_command(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="Build and check indexes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="index a corpus into DIR")
    build.add_argument("corpus", type=Path, help=_CORPUS)
    build.set_defaults(run=_build)
    add = commands.add_parser("add", help="add documents to the index in DIR")
    add.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS", help=_CORPUS)
    add.add_argument("--replace", action="store_true", help="replace documents with the same ids")
    add.set_defaults(run=_add)
    remove = commands.add_parser("remove", help="take documents out of the index in DIR")
    remove.add_argument("ids", nargs="+", metavar="ID", help="id of a document")
    remove.set_defaults(run=_remove)
    info = commands.add_parser("info", help="print what an index holds and was built with")
    info.add_argument("place", metavar="DIR", help=f"or {_URL}")
    info.set_defaults(run=_info)
    check = commands.add_parser("verify", help="compare every file with its SHA-256")
    check.set_defaults(run=_verify)
    for command, option in ((build, "--to"), (add, "--to"), (remove, "--from")):
        command.add_argument(option, dest="directory", type=Path, required=True, metavar="DIR")
    push = commands.add_parser("push", help="put the index in DIR on a Milvus cluster, or go on")
    push.set_defaults(run=_push)
    push.add_argument("--to", dest="url", required=True, metavar="URL", help=_URL)
    drop = commands.add_parser("drop-old", help="drop what was pushed before from the cluster")
    drop.add_argument("url", metavar="URL", help=_URL)
    drop.set_defaults(run=_drop_old)
    for command in (check, push):
        command.add_argument("directory", type=Path, metavar="DIR")
    return parser


def _build(options: argparse.Namespace) -> None:
    window_chars = Settings.from_environment().window_chars
    documents = read_corpus(options.corpus)
    seconds: dict[str, float] = {}
    manifest = build_index(documents, options.directory, *_models(), window_chars, seconds=seconds)
    for stage, taken in seconds.items():
        sys.stdout.write(f"{stage:<18}{manifest.passages / taken:>10,.0f} passages/s\n")
    sys.stdout.write(f"{_size(manifest)} indexed into {options.directory}\n")


def _add(options: argparse.Namespace) -> None:
    documents = chain.from_iterable(map(read_corpus, options.corpora))
    change = change_index(options.directory, documents, (), *_models(), replace=options.replace)
    replaced = f", {change.replaced} replaced" if change.replaced else ""
    sys.stdout.write(f"{change.added} added{replaced}: {_size(change.manifest)}\n")


def _remove(options: argparse.Namespace) -> None:
    change = change_index(options.directory, (), options.ids, *_models())
    sys.stdout.write(f"{change.removed} removed: {_size(change.manifest)}\n")


def _models() -> tuple[Encoder, Analyzer]:
    settings = Settings.from_environment()
    return Encoder.open(settings.encoder, device_for(settings)), Analyzer()


def _size(manifest: Manifest) -> str:
    return f"{manifest.documents} documents, {manifest.passages} passages"


def _info(options: argparse.Namespace) -> None:
    manifest = asdict(read_manifest(options.place))
    files = manifest.pop("files")
    for name, value in manifest.items():
        sys.stdout.write(f"{name:<22}{value}\n")
    sys.stdout.write(f"{'files':<22}{len(files)}\n")


def _verify(options: argparse.Namespace) -> None:
    generation = current_generation(options.directory)
    manifest = Manifest.read(generation)
    verify(generation, manifest)
    sys.stdout.write(f"{options.directory}: {len(manifest.files)} files, all as they were built\n")


def _push(options: argparse.Namespace) -> None:
    with milvus_client():
        from index.milvus import push_index
    manifest = push_index(options.directory, options.url)
    sys.stdout.write(f"{_size(manifest)} pushed; what was in use before stays until drop-old\n")


def _drop_old(options: argparse.Namespace) -> None:
    with milvus_client():
        from index.milvus import drop_old
    dropped = drop_old(options.url)
    sys.stdout.write("".join(f"{name} dropped\n" for name in dropped) or "nothing to drop\n")


if __name__ == "__main__":
    sys.exit(main())
