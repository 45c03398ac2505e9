"""What mutmut found, by module: python -m tests.mutation.score

Prints it, keeps it in results.json and fails below `LEAST`.
"""

import json
import sys
from fnmatch import fnmatch
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

MODULES = {
    "analyzer": ("index.analyzer.*",),
    "fusion": ("search.fusion.*",),
    "highlight": ("search.highlight.*",),
    "agreement": ("search.judging.agreement.*", "search.judging.grade_table.*"),
    # Of search/evaluation.py what measures; the rest reads a set and runs an engine over it.
    "metrics": (
        "search.judging.metrics.*",
        *(
            f"search.evaluation.x_{name}__*"
            for name in ("falling_scores", "first", "measure", "query_values")
        ),
    ),
}
"""Where the mutants of each have their names."""
KILLED = ("killed", "timeout", "segfault")
LEAST = 0.85
RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """1 when a module's tests let more mutants live than they may, or some were not tried."""
    found = _statuses()
    results, below = {}, []
    for module, patterns in MODULES.items():
        tried = [name for name in found if any(fnmatch(name, pattern) for pattern in patterns)]
        alive = {name: found[name] for name in sorted(tried) if found[name] not in KILLED}
        killed, share = len(tried) - len(alive), 1 - len(alive) / len(tried)
        if share < LEAST:
            below.append(module)
        results[module] = {
            "mutants": len(tried),
            "killed": killed,
            "share": round(share, 3),
            "alive": [f"{status}: {_change(name)}" for name, status in alive.items()],
        }
        sys.stdout.write(f"{module:10}{killed:5} of{len(tried):4} mutants killed{share:7.1%}\n")
    content = json.dumps(results, ensure_ascii=False, indent=1)
    RESULTS.write_text(content + "\n", encoding="utf-8")
    if below:
        sys.stderr.write(f"fewer than {LEAST:.0%} killed: {', '.join(below)}\n")
    return 1 if below else 0


def _statuses() -> dict[str, str]:
    """Mutant -> what became of it, from mutants/ in the current folder."""
    found: dict[str, str] = {}
    for meta in Path("mutants").rglob("*.meta"):
        data = SourceFileMutationData(path=meta.relative_to("mutants").with_suffix(""))
        data.load()
        found |= {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
    return found


def _change(name: str) -> str:
    """The lines that the mutant has in place of ours."""
    lines = get_diff_for_mutant(name).splitlines()[2:]
    return " ".join(line[1:].strip() for line in lines if line.startswith("+"))


if __name__ == "__main__":
    sys.exit(main())
