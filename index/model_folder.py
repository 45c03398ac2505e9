"""A model folder is data: before a library opens it, nothing in it may run or pass for another.

Loaded with `SAFETENSORS` and without trust_remote_code it runs no code of its own: its classes are
those of sentence-transformers, its weights safetensors. With SHA256SUMS it is as it was sealed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import ModelError
from index.file_hash import file_hash

SAFETENSORS = {"use_safetensors": True}
"""The `model_kwargs` of SentenceTransformer and CrossEncoder."""
SUMS = "SHA256SUMS"
"""As `sha256sum` writes and checks it; a folder may have none."""

_MODULE = re.compile(r"sentence_transformers\.(\w+\.)*(modules|models)\.(\w+\.)*[A-Z]\w*")
"""By name: importing them takes seconds, which a static model can do without."""
_STRUCTURES = ("modules.json", "router_config.json")


def check_model_folder(name: str) -> None:
    """Look over the folder `name`; what is no folder here is a name of the hub and let be.

    Raises `ModelError` naming the file that is a pickle, names a class of others, leads out of the
    folder, or is not what SHA256SUMS says.
    """
    folder = Path(name)
    if not folder.is_dir():
        return
    _check_sums(folder)
    for file in sorted(folder.rglob("pytorch_model*")):
        if not any(file.parent.glob("*.safetensors")):
            raise ModelError(
                f"{file}: a pickle, which can run code. Save the model as safetensors."
            )
    for structure in _STRUCTURES:
        for file in sorted(folder.rglob(structure)):
            for kind, path in _modules(file):
                _check_module(file, kind, path)


def seal(folder: Path, files: Iterable[str]) -> None:
    """Write SHA256SUMS of these files of the folder."""
    lines = (f"{file_hash(folder / name)}  {name}\n" for name in sorted(files))
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _check_sums(folder: Path) -> None:
    sums = folder / SUMS
    if not sums.is_file():
        return
    try:
        for line in sums.read_text(encoding="utf-8").splitlines():
            expected, name = line.split("  ", 1)
            if not (folder / name).is_file() or file_hash(folder / name) != expected:
                raise ModelError(
                    f"{folder / name}: missing or not what {SUMS} says. Get the model again; if "
                    f"you changed it yourself, remove {SUMS}."
                )
    except (OSError, ValueError) as error:
        raise ModelError(f"{sums}: unreadable ({error}). Get the model again.") from error


def _modules(file: Path) -> Iterator[tuple[object, object]]:
    """(class, folder) of each module that the file names."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not content:
            raise ValueError("it names none")
        if isinstance(content, dict):
            yield from ((kind, path) for path, kind in content["types"].items())
        else:
            yield from ((module["type"], module["path"]) for module in content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file}: not read as modules ({error}). Get the model again.") from error


def _check_module(file: Path, kind: object, path: object) -> None:
    if not isinstance(path, str) or Path(path).is_absolute() or ".." in Path(path).parts:
        raise ModelError(f"{file}: the module's path {path!r} leads out of the folder. Correct it.")
    if not _MODULE.fullmatch(str(kind)):
        raise ModelError(
            f"{file}: {kind!r} is no module of sentence-transformers, and a model's own code is "
            "never run. Give another model."
        )
