"""A model folder made to harm runs nothing: it is refused, or its code is left alone."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from index.encoder import Encoder
from index.errors import ModelError, RetrievalError
from index.model_folder import SUMS, check_model_folder, seal
from search.rerank import Reranker
from search.settings import Settings

LOADERS = {"encoder": Encoder.open, "reranker": Reranker.open}


class Marks:
    """Unpickled, it writes the marker."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return (_mark, (self.marker, "unpickled"))


def _mark(marker: str, how: str) -> None:
    Path(marker).write_text(how)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


@pytest.fixture(params=LOADERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(kind: str, settings: Settings, tmp_path: Path) -> Path:
    """A copy of an embedded model, not sealed."""
    copy = shutil.copytree(getattr(settings, kind), tmp_path / "model")
    (copy / SUMS).unlink()
    return copy


def with_code(folder: Path, marker: Path) -> None:
    (folder / "evil.py").write_text(
        f"open({str(marker)!r}, 'w').write('imported')\nclass Evil: pass"
    )


def change(file: Path, **values: object) -> None:
    content = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps(content | values))


AUTO_MAP = {
    name: "evil.Evil"
    for name in ("AutoConfig", "AutoModel", "AutoModelForSequenceClassification", "AutoTokenizer")
}


@pytest.mark.parametrize("model_type", [None, "evil"])
def test_code_that_a_config_names_is_not_run(
    folder: Path, kind: str, marker: Path, model_type: str | None
) -> None:
    with_code(folder, marker)
    for name in ("config.json", "tokenizer_config.json"):
        own = {"model_type": model_type} if model_type and name == "config.json" else {}
        change(folder / name, auto_map=AUTO_MAP, trust_remote_code=True, **own)
    change(folder / "sentence_bert_config.json", model_kwargs={"trust_remote_code": True})
    try:
        LOADERS[kind](str(folder))
    except ModelError as error:
        assert len(str(error).splitlines()) == 1
    assert not marker.exists()


@pytest.mark.parametrize(
    "named",
    [
        "os.system",
        "evil.Evil",
        "sentence_transformers.base.model.pickle",
        "sentence_transformers.util.misc.importlib",
        "torch.load",
        "__main__.Marks",
        7,
    ],
)
def test_a_class_of_others_is_refused(folder: Path, kind: str, marker: Path, named: object) -> None:
    with_code(folder, marker)
    modules = [{"idx": 0, "name": "0", "path": "", "type": named}]
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match=r"modules.json: .* is no module of sentence-transformers"):
        LOADERS[kind](str(folder))
    assert not marker.exists()


@pytest.mark.parametrize("path", ["..", "/etc", "a/../../b", 5, None])
def test_a_module_elsewhere_is_refused(folder: Path, kind: str, path: object) -> None:
    found = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps([found[0] | {"path": path}]))
    with pytest.raises(ModelError, match=r"modules.json: the module's path .* leads out"):
        LOADERS[kind](str(folder))


@pytest.mark.parametrize("zipped", [True, False])
def test_weights_in_a_pickle_are_refused_unopened(
    folder: Path, kind: str, marker: Path, zipped: bool
) -> None:
    (folder / "model.safetensors").unlink()
    file = folder / "pytorch_model.bin"
    if zipped:
        torch.save({"classifier.weight": Marks(marker)}, file)
    else:
        file.write_bytes(pickle.dumps(Marks(marker)))
    with pytest.raises(ModelError, match=r"pytorch_model.bin: a pickle, which can run code"):
        LOADERS[kind](str(folder))
    assert not marker.exists()


def test_a_pickle_beside_safetensors_is_left_alone(folder: Path, kind: str, marker: Path) -> None:
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(Marks(marker)))
    LOADERS[kind](str(folder))
    assert not marker.exists()


def test_any_damage_to_a_sealed_model_is_named(
    kind: str, settings: Settings, tmp_path: Path
) -> None:
    folder = shutil.copytree(getattr(settings, kind), tmp_path / "model")
    check_model_folder(str(folder))
    names = [line.split("  ")[1] for line in (folder / SUMS).read_text().splitlines()]
    assert {"model.safetensors", "modules.json", "tokenizer.json"} <= set(names)
    for name in names:
        file = folder / name
        whole = file.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            with file.open("r+b") as stream:
                stream.seek(place)
                stream.write(bytes([whole[place] ^ 1]))
            with pytest.raises(ModelError, match=f"{name}: missing or not what {SUMS} says"):
                LOADERS[kind](str(folder))
            file.write_bytes(whole)
        file.unlink()
        with pytest.raises(ModelError, match=f"{name}: missing or not what {SUMS} says"):
            LOADERS[kind](str(folder))
        file.write_bytes(whole)
    for place, line in enumerate(((folder / SUMS).read_bytes()).split(b"\n")[:-1]):
        lines = (folder / SUMS).read_bytes().split(b"\n")
        lines[place] = bytes([line[0] ^ 1]) + line[1:]
        (folder / SUMS).write_bytes(b"\n".join(lines))
        with pytest.raises(RetrievalError):
            check_model_folder(str(folder))
        lines[place] = line
        (folder / SUMS).write_bytes(b"\n".join(lines))


def test_the_embedded_models_are_sealed(kind: str, settings: Settings, tmp_path: Path) -> None:
    folder = Path(getattr(settings, kind))
    copy = shutil.copytree(folder, tmp_path / "model")
    apart = {"README.md", "calibration.json", "curve.png", SUMS}  # the second knows its own hash
    seal(copy, {file.name for file in folder.iterdir()} - apart)
    assert (copy / SUMS).read_text() == (folder / SUMS).read_text()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("encoder", file) for file in ("tokenizer.json", "model.safetensors", "modules.json")),
        *(("reranker", file) for file in ("config.json", "tokenizer.json", "model.safetensors")),
        ("reranker", "modules.json"),
    ],
    indirect=["kind"],
)
@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 100, b"[]", b"null", b'{"a": 1}'])
def test_a_damaged_file_of_an_unsealed_model_is_a_model_error(
    folder: Path, kind: str, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as caught:
        LOADERS[kind](str(folder))
    assert len(str(caught.value).splitlines()) == 1
