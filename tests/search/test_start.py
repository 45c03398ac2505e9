from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import CorpusError, IndexStoreError, ModelError
from index.store import FORMAT, new_generation
from search.settings import Settings
from search.start import open_engine


@pytest.fixture
def fresh(tmp_path: Path, small_set: Path, settings: Settings) -> Settings:
    return replace(
        settings,
        index_dir=str(tmp_path / "built" / "small"),
        corpus=str(small_set),
        rerank_depth=1,
        window_chars=300,
    )


def test_the_first_start_indexes_the_corpus(fresh: Settings) -> None:
    engine = open_engine(fresh)
    assert engine.settings == fresh
    assert engine.index.manifest.documents == 5
    assert engine.index.manifest.window_chars == 300
    assert engine.index.manifest.encoder == fresh.encoder
    assert "whale" in [hit.passage.id for hit in engine.search("кит").hits]


def test_the_next_start_opens_what_is_there(fresh: Settings, tmp_path: Path) -> None:
    open_engine(fresh)
    current = Path(fresh.index_dir) / "CURRENT"
    built = current.read_text()
    again = open_engine(replace(fresh, corpus=str(tmp_path / "gone")))
    assert current.read_text() == built
    assert again.index.manifest.documents == 5


@pytest.fixture
def outdated(fresh: Settings) -> Settings:
    """Settings whose index has the format before this version's."""
    manifest = open_engine(fresh).index.manifest
    with new_generation(Path(fresh.index_dir)) as generation:
        replace(manifest, format=FORMAT - 1).write(generation)
    return fresh


def test_the_default_index_of_an_older_format_is_built_again(
    outdated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.start.DEFAULT_INDEX", Path(outdated.index_dir))
    manifest = open_engine(outdated).index.manifest
    assert (manifest.format, manifest.documents) == (FORMAT, 5)


def test_another_index_of_an_older_format_is_told(outdated: Settings) -> None:
    with pytest.raises(IndexStoreError, match=f"format {FORMAT - 1}, this version reads {FORMAT}"):
        open_engine(outdated)


def test_a_start_that_failed_leaves_the_way_free(fresh: Settings, tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as error:
        open_engine(replace(fresh, corpus=str(tmp_path / "gone")))
    assert f"{tmp_path / 'gone'}: no such file or folder. Check the path." in str(error.value)
    assert open_engine(fresh).index.manifest.documents == 5


def test_a_missing_encoder_is_named_before_anything_is_built(fresh: Settings) -> None:
    with pytest.raises(ModelError, match="'/no/such'.*ENCODER"):
        open_engine(replace(fresh, encoder="/no/such"))
    assert not Path(fresh.index_dir).exists()
