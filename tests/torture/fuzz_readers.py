"""Bytes nobody would write through every reader of files, led by the code they reach (libFuzzer):

python -m tests.torture.fuzz_readers [--seconds 600] [--only pdf,html]

Each reader runs in a process of its own. A crash, a hang of more than 10 s, more than 1 GB and any
error that is none of ours end it, name the input and make the exit code 1. What an input leads to
is kept in tests/artefacts/fuzz, of which the smallest inputs that reach the same code stay.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from index.errors import RetrievalError
from search.settings import ROOT

HANG_SECONDS = 10
MEMORY_MB = 1024
MAX_BYTES = 4096
"""Of an input: what breaks a reader does so in little."""
INSTRUMENTED = ["index", "search", "pypdf", "docx", "markdown_it"]
"""Packages whose branches the fuzzer sees."""
KEPT = ROOT / "tests" / "artefacts" / "fuzz"


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris  # in this process only: it takes over signals and exceptions

    folder = Path(tempfile.mkdtemp())
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        from tests.torture.fuzz_targets import targets
    read, seeds = targets(folder)[name]
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (kept / f"seed-{number}").write_bytes(seed)

    @atheris.instrument_func
    def one(data: bytes) -> None:
        try:
            read(data)
        except RetrievalError as error:
            if len(str(error).splitlines()) != 1:
                raise ValueError(f"not one line: {error!r}") from error

    options = {
        "max_total_time": seconds,
        "timeout": HANG_SECONDS,
        "rss_limit_mb": MEMORY_MB,
        "max_len": max(MAX_BYTES, *map(len, seeds)),
        "artifact_prefix": f"{kept}-",
        "print_final_stats": 1,
        "verbosity": 0,
    }
    arguments = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([name, str(kept), *arguments], one)
    atheris.Fuzz()


def main() -> int:
    """Share the seconds among the readers and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--only", default="", help="names of readers, with commas between")
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        fuzz(options.reader, options.seconds)
        return 0
    from tests.torture.fuzz_targets import targets

    with tempfile.TemporaryDirectory() as folder:
        names = list(targets(Path(folder)))
    names = [name for name in names if not options.only or name in options.only.split(",")]
    share = max(1, options.seconds // len(names))
    broken = [name for name in names if not _survives(name, share)]
    sys.stdout.write(f"{len(names)} readers, {len(broken)} broken: {', '.join(broken) or '-'}\n")
    return 1 if broken else 0


def _survives(name: str, seconds: int) -> bool:
    start = time.monotonic()
    command = [sys.executable, "-m", __spec__.name, "--reader", name, "--seconds", str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=ROOT)
    told = _statistics(ended.stderr)
    inputs, peak = (
        told.get(f"stat::{key}", "?") for key in ("number_of_executed_units", "peak_rss_mb")
    )
    state = "ok" if ended.returncode == 0 else f"BROKEN ({ended.returncode})"
    sys.stdout.write(
        f"{name:<12}{inputs:>10} inputs {time.monotonic() - start:6.0f} s {peak:>5} MB  {state}\n"
    )
    if ended.returncode:
        sys.stdout.write(ended.stdout[-1500:] + ended.stderr[-3000:])
    sys.stdout.flush()
    return ended.returncode == 0


def _statistics(said: str) -> Mapping[str, str]:
    lines = (line.split(":") for line in said.splitlines() if line.startswith("stat::"))
    return {":".join(parts[:-1]): parts[-1].strip() for parts in lines}


if __name__ == "__main__":
    sys.exit(main())
