"""Our own code neither executes nor unpickles what it reads: checked in its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.settings import ROOT

FILES = [ROOT / "app.py", *sorted((ROOT / "index").rglob("*.py"))]
FILES += sorted((ROOT / "search").rglob("*.py"))

RUNNING = frozenset(("eval", "exec", "compile", "__import__"))
"""Built-in functions that run a text."""
UNPICKLING = frozenset("pickle dill joblib cloudpickle marshal shelve yaml".split())
NEEDED = {
    ("np", "load"): ("allow_pickle", False),
    ("numpy", "load"): ("allow_pickle", False),
    ("torch", "load"): ("weights_only", True),
}
"""Calls that have to say this."""
SHELLS = frozenset((("os", "system"), ("os", "popen"), ("subprocess", "getoutput")))


def faults(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] in UNPICKLING)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNPICKLING:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from _call_faults(node)


def _call_faults(call: ast.Call) -> Iterator[str]:
    said = {word.arg: ast.unparse(word.value) for word in call.keywords}
    for word, safe in (("trust_remote_code", "False"), ("shell", "False")):
        if said.get(word, safe) != safe:
            yield f"{word}={said[word]}"
    if said.get("allow_pickle", "False") != "False":
        yield "allow_pickle"
    if isinstance(call.func, ast.Name) and call.func.id in RUNNING:
        yield call.func.id
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        name = (call.func.value.id, call.func.attr)
        if name in SHELLS:
            yield ".".join(name)
        if name in NEEDED:
            word, value = NEEDED[name]
            if said.get(word) != str(value):
                yield f"{'.'.join(name)} without {word}={value}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_text_is_run_and_no_pickle_read(file: Path) -> None:
    assert list(faults(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "exec(code)",
        "import pickle",
        "from joblib import load",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "torch.load(file)",
        "torch.load(file, weights_only=False)",
        "SentenceTransformer(name, trust_remote_code=True)",
        "subprocess.run(line, shell=True)",
        "os.system(line)",
    ],
)
def test_what_would_be_a_fault_is_found(code: str) -> None:
    assert len(list(faults(ast.parse(code)))) == 1 + (code.count("allow_pickle=True"))
