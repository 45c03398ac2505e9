"""Every file of an index, and of what is kept beside it, damaged in turn: always told, by name."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.build import OpenIndex, build_index
from index.corpus import Document
from index.dense import DenseIndex
from index.encoder import Encoder
from index.errors import IndexStoreError, ModelError, RetrievalError
from index.store import Manifest, current_generation, file_hashes
from search.calibration import FILE, Calibration
from search.engine import Engine
from search.errors import EvaluationError
from search.models import Models
from search.promotion import history, promote
from search.settings import Settings
from tests.hostile.conftest import tries
from tests.hostile.outcome import outcome

DOCUMENTS = [
    Document("whale", "Киты", "Синий кит питается рачками. Это животное.", "море"),
    Document("tea", "Чай", "Зелёный чай любит воду прохладнее.", "дом"),
    Document("bear", "", "Бурый медведь спит.", "лес"),
]
PARTS = ("passages.jsonl", "offsets.npy", "sources.json", "sources.npy", "lexical/terms.json")
PARTS += tuple(f"lexical/{name}.npy" for name in ("starts", "rows", "counts", "impacts", "lengths"))
PARTS += ("dense/vectors.faiss",)


@pytest.fixture(scope="module")
def pristine(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, analyzer: Analyzer
) -> Path:
    directory = tmp_path_factory.mktemp("pristine") / "index"
    build_index(DOCUMENTS, directory, encoder, analyzer, progress=False)
    return directory


@pytest.fixture(scope="module")
def models(engine: Engine) -> Models:
    return engine.models


@pytest.fixture
def directory(pristine: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pristine, tmp_path / "index")


def damages(content: bytes) -> Iterator[bytes | None]:
    """A flipped bit at the start, in the middle and at the end, then cut, empty and gone."""
    for place in (0, len(content) // 2, len(content) - 1):
        yield content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    yield content[:-1]
    yield b""
    yield None


def test_every_file_of_a_generation_has_its_hash(pristine: Path) -> None:
    generation = current_generation(pristine)
    files = {p.relative_to(generation).as_posix() for p in generation.rglob("*") if p.is_file()}
    manifest = Manifest.read(generation)
    assert files == {*manifest.files, "manifest.json"} == {*PARTS, "manifest.json"}
    assert manifest.files == file_hashes(generation)


def test_any_damage_is_told_by_the_files_name(
    directory: Path, models: Models, settings: Settings
) -> None:
    generation = current_generation(directory)
    Engine.open(directory, settings, models)
    tried = 0
    for file in [directory / "CURRENT", *(p for p in generation.rglob("*") if p.is_file())]:
        whole = file.read_bytes()
        for damage in damages(whole):
            file.unlink()
            if damage is not None:
                file.write_bytes(damage)
            with pytest.raises(IndexStoreError) as caught:
                Engine.open(directory, settings, models)
            told = str(caught.value)
            assert len(told.splitlines()) == 1
            named = (file.name, f"{directory}: no index there", str(generation / "manifest.json"))
            assert any(name in told for name in (named[:1] if file.parent != directory else named))
            file.write_bytes(whole)
            tried += 1
    assert tried == 6 * (len(PARTS) + 2)
    Engine.open(directory, settings, models)


def forge(directory: Path, name: str, content: bytes | None) -> None:
    """Put other content in a file, with hashes that fit: what only somebody hostile does."""
    generation = current_generation(directory)
    (generation / name).write_bytes(content or b"")
    manifest = Manifest.read(generation)
    replace(manifest, files=file_hashes(generation)).write(generation)
    point(directory)


def point(directory: Path) -> None:
    generation = directory / "generations" / (directory / "CURRENT").read_text().split(" ")[0]
    content = (generation / "manifest.json").read_bytes()
    from hashlib import sha256

    (directory / "CURRENT").write_text(f"{generation.name} {sha256(content).hexdigest()}")


@pytest.mark.parametrize("name", PARTS)
@tries(200, data=st.data())
def test_a_forged_index_is_refused_or_searched(
    pristine: Path,
    models: Models,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    data: st.DataObject,
) -> None:
    directory = shutil.copytree(pristine, tmp_path_factory.mktemp("forged") / "index")
    content = (current_generation(directory) / name).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    change = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.just(b"\xff" * 8)))
    cut = data.draw(st.one_of(st.just(len(change)), st.integers(0, len(content))))
    forge(directory, name, content[:place] + change + content[place + cut :])

    def searched() -> list[str]:
        engine = Engine.open(directory, settings, models)
        for query in ("кит", "чай вода", "медведь спит"):
            engine.finish(engine.candidates(query, ("море",)), 3)
            engine.finish(engine.candidates(query), 3)
        return [passage.id for passage in engine.index.passages]

    outcome(searched)


@tries(300, data=st.data())
def test_a_forged_manifest_is_refused_or_read(pristine: Path, data: st.DataObject) -> None:
    fields = asdict(Manifest.read(current_generation(pristine)))
    name = data.draw(st.sampled_from([*fields, "more", ""]))
    values = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({})
    )
    fields[name] = data.draw(values)
    read = outcome(lambda: Manifest.parse(json.dumps(fields), "manifest.json"))
    assert isinstance(read, Manifest) or read[0] is IndexStoreError  # type: ignore[index]


def shortlisted() -> DenseIndex:
    rows = np.random.default_rng(5).normal(size=(700, 8)).astype(np.float32)
    return DenseIndex.build(rows).with_shortlist(rows[:9])[0]


@pytest.fixture(scope="module")
def faiss_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("faiss")
    files = {}
    for name, index in (
        ("short", shortlisted()),
        ("plain", DenseIndex.build(np.eye(5, dtype="f4"))),
    ):
        index.save(folder)
        files[name] = (folder / "vectors.faiss").read_bytes()
    return files


@pytest.mark.parametrize("name", ["plain", "short"])
@tries(500, data=st.data())
def test_faiss_sees_no_other_layout_than_its_own(
    faiss_files: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    data: st.DataObject,
) -> None:
    content = faiss_files[name]
    ends = (st.integers(0, 110), st.integers(0, len(content) - 1))
    place = data.draw(st.one_of(*ends))
    change = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.just(b"\xff" * 8)))
    cut = data.draw(st.one_of(st.just(len(change)), st.just(0), st.just(len(content))))
    folder = tmp_path_factory.mktemp("layout")
    (folder / "vectors.faiss").write_bytes(content[:place] + change + content[place + cut :])

    def searched() -> int:
        index = DenseIndex.load(folder)
        index.search(np.ones((1, index.dimension), np.float32), 5)
        return index.passages

    outcome(searched)


def test_another_kind_of_faiss_index_is_refused(tmp_path: Path) -> None:
    other = faiss.IndexFlatIP(4)
    other.add(np.eye(4, dtype=np.float32))
    (tmp_path / "vectors.faiss").write_bytes(bytes(faiss.serialize_index(other)))
    with pytest.raises(IndexStoreError, match="vectors.faiss: not a FAISS index"):
        DenseIndex.load(tmp_path)


def test_a_pickle_in_the_place_of_an_array_is_refused(
    directory: Path, encoder: Encoder, analyzer: Analyzer
) -> None:
    for name in PARTS:
        if name.endswith(".npy"):
            file = current_generation(directory) / name
            whole = file.read_bytes()
            np.save(file, np.array([{"a": 1}], object), allow_pickle=True)
            forge(directory, name, file.read_bytes())
            with pytest.raises(IndexStoreError, match=f"{file.name}: no array"):
                OpenIndex.open(directory, encoder, analyzer)
            forge(directory, name, whole)
    OpenIndex.open(directory, encoder, analyzer)


def flips(content: bytes) -> Iterator[bytes]:
    for place in range(len(content)):
        yield content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def same_or_told(read: Callable[[], object], before: object) -> None:
    try:
        assert read() == before
    except RetrievalError as error:
        assert len(str(error).splitlines()) == 1


def test_a_changed_calibration_is_told(
    settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    folder = shutil.copytree(settings.reranker, tmp_path / "reranker")
    here = replace(settings, reranker=str(folder))
    whole = (folder / FILE).read_bytes()
    before = Calibration.read(here, encoder.fingerprint)
    assert before is not None
    told = 0
    for number, flipped in enumerate(flips(whole)):
        if number % 7:
            continue
        (folder / FILE).write_bytes(flipped)
        try:
            assert Calibration.read(here, encoder.fingerprint) == before
        except EvaluationError as error:
            assert str(error).startswith(f"{folder / FILE}: can't be read")
            told += 1
    assert told > len(whole) // 7 * 0.8  # the others are white space


def test_a_changed_history_of_promotions_changes_no_reranker_unseen(tmp_path: Path) -> None:
    model = tmp_path / uuid.uuid4().hex  # a flipped path may lead to another run's folder
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"weights")
    file = tmp_path / "promotions.jsonl"
    promoted = [promote(file, model, note) for note in ("первый", "второй")]
    for flipped in flips(file.read_bytes()):
        file.write_bytes(flipped)
        try:
            found = history(file)
        except ModelError:
            continue
        assert len(found) == 2
        for was, now in zip(promoted, found, strict=True):
            assert replace(now, note="", time="") == replace(was, note="", time="") or (
                now.sha256 != was.sha256 or not Path(now.reranker).exists()
            )
