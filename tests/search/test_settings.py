from dataclasses import FrozenInstanceError, asdict, fields, replace

import pytest

from search.errors import SettingsError
from search.settings import ROOT, Settings

LOWEST = {
    "lexical_candidates": 1,
    "dense_candidates": 1,
    "dense_weight": 0,
    "rerank_depth": 0,
    "rerank_gap": 0,
    "rerank_seconds": 0,
    "rerank_threads": 0,
    "bm25_share": 0,
    "dense_share": 0,
    "rerank_batch": 0,
    "max_query_chars": 1,
    "window_chars": 200,
    "searches_per_minute": 0,
    "queue_size": 1,
    "queue_seconds": 0,
    "shutdown_seconds": 0,
    "log_queries": 0,
}


def test_an_empty_environment_leaves_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_each_field_is_overridden_by_the_variable_of_its_name_in_capitals(name: str) -> None:
    default = getattr(Settings(), name)
    value = f"{default}/other" if isinstance(default, str) else default + 1
    settings = Settings.from_environment({name.upper(): str(value)})
    assert settings == replace(Settings(), **{name: value})
    assert type(getattr(settings, name)) is type(default)


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RERANK_BATCH", "7")
    assert Settings.from_environment().rerank_batch == 7


def test_variables_of_other_programs_are_ignored() -> None:
    environment = {"HOME": "/root", "rerank_batch": "7", "RERANK": "7", "ROOT": "/elsewhere"}
    assert Settings.from_environment(environment) == Settings()


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_an_empty_variable_is_as_good_as_unset(name: str) -> None:
    assert Settings.from_environment({name.upper(): ""}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("RERANK_BATCH", "ten", "a whole number"),
        ("RERANK_BATCH", "1.5", "a whole number"),
        ("RERANK_DEPTH", "30 passages", "a whole number"),
        ("WINDOW_CHARS", "0x800", "a whole number"),
        ("DENSE_WEIGHT", "heavy", "a number"),
        ("BM25_SHARE", "0,5", "a number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({variable: value})
    assert str(error.value) == f"{variable}={value!r}: expected {expected}. Correct or unset it."


@pytest.mark.parametrize(("name", "lowest"), LOWEST.items())
def test_a_value_below_the_lowest_is_named(name: str, lowest: int) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({name.upper(): str(lowest - 1)})
    assert f"{name.upper()}={lowest - 1}" in str(error.value)
    assert f"at least {lowest}" in str(error.value)


@pytest.mark.parametrize(("name", "lowest"), LOWEST.items())
def test_the_lowest_value_is_accepted(name: str, lowest: int) -> None:
    assert getattr(Settings.from_environment({name.upper(): str(lowest)}), name) == lowest


def test_every_number_has_a_lowest_value() -> None:
    numbers = {name for name, value in asdict(Settings()).items() if not isinstance(value, str)}
    assert numbers == LOWEST.keys()


@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_a_weight_that_is_no_finite_amount_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=rf"DENSE_WEIGHT={float(value)}: must be at least 0"):
        Settings.from_environment({"DENSE_WEIGHT": value})


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().rerank_batch = 1  # type: ignore[misc]


def test_paths_inside_the_repository_are_shown_relative_to_it() -> None:
    settings = replace(Settings(), corpus="/srv/corpus.jsonl", reranker="hub/name", rerank_batch=7)
    shown = settings.as_dict()
    assert shown.keys() == {field.name for field in fields(Settings)}
    assert shown["encoder"] == "data/models/encoder"
    assert shown["corpus"] == "/srv/corpus.jsonl"
    assert shown["reranker"] == "hub/name"
    assert shown["rerank_batch"] == 7


def test_a_password_is_never_shown() -> None:
    url = "postgresql+psycopg://lead:geheim@db:5432/judgments"
    shown = replace(Settings(), database_url=url).as_dict()
    assert shown["database_url"] == "postgresql+psycopg://lead:***@db:5432/judgments"
    assert Settings().as_dict()["database_url"] == "sqlite:///data/judgments/judgments.sqlite"


def test_the_embedded_models_and_the_demo_corpus_are_where_the_defaults_point() -> None:
    settings = Settings()
    assert settings.encoder == str(ROOT / "data" / "models" / "encoder")
    assert settings.reranker == str(ROOT / "data" / "models" / "reranker")
    assert settings.corpus == str(ROOT / "data" / "demo")
