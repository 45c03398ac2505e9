"""Every fault at full size, one after another, and one table of what came of them:

python -m tests.torture [--short] [--only crash,disk,damage,input,fuzz,load]

`--short` is a tenth of the size. At full size each row of the table goes to results.json here too,
in place of the fault's row before, with the day and the machine's description. Ends with 1 when
something did not hold.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from search.settings import ROOT
from tests.benchmarks.bench import machine

RESULTS = Path(__file__).parent / "results.json"
DAMAGE = ("tests/hostile/test_damage.py", "tests/hostile/test_model_folders.py")
PYTEST = ("pytest", "-q", "--hypothesis-show-statistics", "-p", "no:cacheprovider")
LAST_LINES = 15
"""Of what a program said, shown when it failed."""


@dataclass(frozen=True)
class Fault:
    """A program of ours that causes one kind of fault and ends with 0 when all held."""

    name: str
    tried: str
    program: tuple[str, ...]
    sizes: Mapping[str, int]
    """Options and their values at full size; pytest's tests read theirs from HOSTILE."""
    figures: Callable[[str], Mapping[str, float]]
    """What it printed -> what came of it."""

    def arguments(self, short: bool) -> list[str]:
        """Of Python's -m."""
        sizes = {option: size // 10 if short else size for option, size in self.sizes.items()}
        return [*self.program, *(str(part) for pair in sizes.items() for part in pair)]


@dataclass(frozen=True)
class Result:
    """A row of the table."""

    fault: str
    tried: str
    figures: Mapping[str, float]
    seconds: int
    held: bool
    day: str
    machine: dict[str, str | int | float]

    def row(self) -> str:
        """In Markdown."""
        told = ", ".join(f"{count:,} {name}" for name, count in self.figures.items())
        held = "yes" if self.held else "**no**"
        return f"| {self.tried} | {told} | {self.seconds:,} s | {held} |"


def columns(said: str) -> dict[str, int]:
    """The sums of a table of operations: a head of names, then rows that end in as many numbers."""
    sums: Counter[str] = Counter()
    names: list[str] = []
    for line in said.splitlines():
        if line.startswith("operation "):
            names = line.replace("moments", "").split()[1:]
        elif names and re.fullmatch(rf"[a-z].*?(\s+\d+){{{len(names)}}}", line):
            sums.update(dict(zip(names, map(int, line.split()[-len(names) :]), strict=True)))
    return dict(sums)


def tests(said: str) -> dict[str, int]:
    """How pytest's tests ended, and the inputs hypothesis made for them."""
    ends = re.findall(r"(\d+) (passed|failed|error|skipped)", said.splitlines()[-1] if said else "")
    found = {f"tests {end}": int(count) for count, end in ends}
    tries = re.findall(r"(\d+) passing, (\d+) failing", said)
    return found | {"inputs generated": sum(int(count) for pair in tries for count in pair)}


def readers(said: str) -> dict[str, int]:
    """What the fuzzer's readers were fed."""
    inputs = sum(int(count) for count in re.findall(r"(\d+) inputs", said))
    broken = re.search(r"(\d+) readers, (\d+) broken", said)
    count, bad = map(int, broken.groups()) if broken else (0, 0)
    return {"inputs": inputs, "readers": count, "broken": bad}


def load(said: str) -> dict[str, float]:
    """The load's table: what was answered, and what was not."""
    wanted = (
        "searches a second",
        "search p95, ms",
        "judge p95, ms",
        "busy answers",
        "errors",
        "accepted, never answered",
        "judgments acknowledged",
        "of these lost",
        "memory growth, %",
    )
    found = {name: re.search(rf"^{name}\s+(-?[\d.]+)$", said, re.MULTILINE) for name in wanted}
    return {name: json.loads(told[1]) for name, told in found.items() if told}


FAULTS = (
    Fault(
        "crash",
        "SIGKILL at random moments and at steps on files",
        ("tests.torture.crash",),
        {"--kills": 50, "--steps": 50},
        columns,
    ),
    Fault(
        "disk",
        "a full disk, after so many pages and files; a read-only one",
        ("tests.torture.full_disk",),
        {"--points": 50},
        columns,
    ),
    Fault("damage", "damage to every file", (*PYTEST, *DAMAGE), {}, tests),
    Fault(
        "input",
        "hostile input",
        (*PYTEST, "tests/hostile", *(f"--ignore={file}" for file in DAMAGE)),
        {},
        tests,
    ),
    Fault(
        "fuzz",
        "bytes that a fuzzer led through every reader",
        ("tests.torture.fuzz_readers",),
        {"--seconds": 600},
        readers,
    ),
    Fault(
        "load",
        "many clients at once, a new index under way, SIGTERM at the end",
        ("tests.torture.load",),
        {"--clients": 200, "--seconds": 300},
        load,
    ),
)


def main() -> int:
    """Run them, print the table, write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--short", action="store_true", help="a tenth of the size")
    known = [fault.name for fault in FAULTS]
    parser.add_argument("--only", default="", help=f"of {','.join(known)}")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else known
    if unknown := set(only) - set(known):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    results = []
    for fault in FAULTS:
        if fault.name in only:
            results.append(_result(fault, options.short))
            if not options.short:
                _keep(results[-1])
    rows = ["| fault | tried | result | held |", "|---|---|---|---|"]
    sys.stdout.write("\n".join([*rows, *(result.row() for result in results)]) + "\n")
    return 0 if all(result.held for result in results) else 1


def _result(fault: Fault, short: bool) -> Result:
    command = [sys.executable, "-m", *fault.arguments(short)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    environment["HOSTILE"] = "short" if short else "full"
    sys.stderr.write(f"== {fault.name}: {' '.join(command[1:])}\n")
    start = time.monotonic()
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, errors="replace"
    )
    if ended.returncode:
        sys.stderr.write("\n".join(ended.stdout.splitlines()[-LAST_LINES:]) + "\n")
    seconds, held = round(time.monotonic() - start), ended.returncode == 0
    return Result(
        fault=fault.name,
        tried=fault.tried,
        figures=fault.figures(ended.stdout),
        seconds=seconds,
        held=held,
        day=f"{date.today()}",
        machine=machine("hypothesis"),
    )


def _keep(result: Result) -> None:
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept[result.fault] = asdict(result)
    ordered = {fault.name: kept[fault.name] for fault in FAULTS if fault.name in kept}
    text = json.dumps(ordered, ensure_ascii=False, indent=1)
    RESULTS.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
