import asyncio
import copy
import csv
import json
import logging
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from search.corpora import Corpora
from search.engine import Engine
from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.passage_lookup import PassageLookup
from search.judging.pool import Pool
from search.judging.snapshot_files import save_snapshot
from search.judging.snapshots import Snapshot, take_snapshot
from search.judging.store import JudgmentStore
from search.ui.attempt import attempt
from search.ui.labelled import Labelled
from search.ui.pools.tab import add_pools_tab
from search.ui.pools.texts import ENGLISH, RUSSIAN
from search.ui.texts import LANGUAGES

RU, EN = "Русский", "English"
NUMBERS = (1, 1, 42)
"""Depth, overlap, seed."""


@dataclass(frozen=True)
class Tab:
    blocks: gr.Blocks
    labelled: Labelled
    store: JudgmentStore
    folder: Path

    def call(self, name: str) -> Callable[..., Any]:
        """The function that is registered under this name."""
        return next(b.fn for b in self.blocks.fns.values() if b.fn and b.name == name)


@pytest.fixture(scope="module")
def snapshot(small_engine: Engine) -> Snapshot:
    queries = {"whales": "чем питается кит"}
    return take_snapshot(small_engine, queries, "v1", "small", progress=False)


@pytest.fixture
def tab(small_engine: Engine, small_set: Path, snapshot: Snapshot, tmp_path: Path) -> Iterator[Tab]:
    engine = copy.copy(small_engine)
    engine.settings = replace(
        small_engine.settings, corpus=str(small_set), snapshots_dir=str(tmp_path / "snapshots")
    )
    save_snapshot(snapshot, tmp_path / "snapshots")
    corpora = Corpora(tmp_path / "corpora", engine)
    passages = PassageLookup(engine.index.passages)
    with JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite") as store:

        async def build() -> tuple[gr.Blocks, Labelled]:
            with gr.Blocks(analytics_enabled=False) as blocks:
                language = gr.Radio([RU, EN], value=RU)
                with gr.Tab("Пулы") as outer:
                    labelled = add_pools_tab(corpora, passages, store, language, outer)
            return blocks, labelled

        yield Tab(*asyncio.run(build()), store, tmp_path)


def make(
    tab: Tab,
    name: str = "пул",
    source: str = "corpus",
    file: str | None = None,
    limit: int | None = 2,
    rankers: tuple[str, ...] = ("bm25",),
    numbers: tuple[int | None, ...] = NUMBERS,
    language: str = RU,
) -> str:
    answer: str = tab.call("make_pool")(
        name, source, file, limit, list(rankers), *numbers, language
    )
    return answer


def judge(tab: Tab, who: str, *grades: int | None, pool: str = "пул") -> Pool:
    made = tab.store.pool(pool)
    for item, grade in zip(made.items, grades, strict=False):
        tab.store.save(
            Judgment(
                item.query,
                item.passage_id,
                item.document_id,
                item.text_hash,
                who,
                grade,
                query_id=item.query_id,
                pool=pool,
            )
        )
    return made


def bring(
    tab: Tab,
    file: Path | None,
    annotator: str = "М",
    skip_bad: bool = True,
    request: gr.Request | None = None,
    profile: gr.OAuthProfile | None = None,
) -> str:
    told: str = tab.call("import_judgments")(
        str(file) if file else None, annotator, skip_bad, RU, request or gr.Request(), profile
    )
    return told


def export(
    tab: Tab, form: str, salt: str = "", annotator: str = "", hide: bool = False
) -> tuple[str, str | None]:
    """What the page says, and where the file lay (a copy, as Gradio makes one)."""
    answers = tab.call("prepare_export")(form, "", annotator, hide, salt, RU)
    told, download = next(answers)
    file = download["value"]
    if file:
        kept = tab.folder / Path(file).name
        kept.write_bytes(Path(file).read_bytes())
        assert download["label"] == RUSSIAN.download.format(file=kept.name)
    assert list(answers) == []
    assert not file or not Path(file).exists()  # nobody's names stay behind
    return told, file and str(kept)


def test_a_pool_of_the_corpus_queries(tab: Tab) -> None:
    assert RUSSIAN.made.format(name="пул", items=2, queries=2, overlap=1) in make(tab, " пул ")
    (pool,) = tab.store.pools()
    assert [(i.query_id, i.passage_id) for i in pool.items] == [
        ("whales", "whale"),
        ("water", "tea"),
    ]
    assert (pool.depth, pool.overlap, pool.seed) == NUMBERS


def test_without_a_limit_all_queries_are_searched(tab: Tab) -> None:
    for name, limit in (("пусто", None), ("нуль", 0)):
        make(tab, name, limit=limit, rankers=("bm25", "reranked"))
        assert len({item.query for item in tab.store.pool(name).items}) == 4


def test_a_pool_of_an_uploaded_table_leaves_its_bad_lines_out(tab: Tab) -> None:
    file = tab.folder / "вопросы.csv"
    file.write_text("query;need\nкит;что ест\n;пусто\nкит;ещё раз\n", encoding="utf-8")
    preview = tab.call("preview_queries")(str(file), RU)
    assert RUSSIAN.table_read.format(queries=1) in preview
    assert preview.count("<li>строка") == 2
    make(tab, source="file", file=str(file))
    (item,) = tab.store.pool("пул").items
    assert (item.query, item.need, item.passage_id) == ("кит", "что ест", "whale")
    assert tab.call("preview_queries")(None, RU) == ""


def test_the_preview_changes_its_language(tab: Tab) -> None:
    triggers = {
        trigger
        for dependency in tab.blocks.get_config_file()["dependencies"]
        if dependency["api_name"].startswith("preview_queries")
        for trigger in dependency["targets"]
    }
    language = next(b for b in tab.blocks.blocks.values() if isinstance(b, gr.Radio))
    assert (language._id, "change") in triggers


def test_queries_that_are_none_or_find_nothing_are_told(tab: Tab) -> None:
    file = tab.folder / "q.csv"
    file.write_text("query\n", encoding="utf-8")
    assert RUSSIAN.no_queries in make(tab, source="file", file=str(file))
    file.write_text("query\nбегемот\n", encoding="utf-8")
    assert RUSSIAN.nothing_found in make(tab, source="file", file=str(file))
    assert tab.store.pools() == []


def test_making_a_pool_takes_no_place_of_a_search(tab: Tab) -> None:
    limits = {
        (block.concurrency_id, block.concurrency_limit)
        for block in tab.blocks.fns.values()
        if block.name == "make_pool"
    }
    assert limits == {("jobs", 1)}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, RUSSIAN.name_empty),
        ({"name": "п" * 101}, RUSSIAN.name_long.format(length=101, limit=100)),
        ({"numbers": (0, 1, 42)}, RUSSIAN.too_low),
        ({"numbers": (1, 0, 42)}, RUSSIAN.too_low),
        ({"numbers": (1, 1, None)}, RUSSIAN.no_numbers),
        ({"rankers": ()}, RUSSIAN.no_rankers),
        ({"limit": -1}, RUSSIAN.bad_limit),
        ({"source": "file"}, RUSSIAN.no_file),
        ({"numbers": (1, 1, 2**70)}, LANGUAGES[RU].action_failed),
    ],
)
def test_a_form_that_is_not_ready_says_what_is_missing(
    tab: Tab, fields: dict[str, Any], told: str
) -> None:
    html = make(tab, **fields)
    assert told in html and "error" in html
    assert tab.store.pools() == []


def test_a_name_that_is_taken_is_told_before_anything_is_searched(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tab)
    monkeypatch.setattr(Engine, "candidates", None)
    assert RUSSIAN.name_taken.format(name="пул") in make(tab)
    assert ENGLISH.name_taken.format(name="пул") in make(tab, language=EN)
    assert len(tab.store.pools()) == 1


def test_a_broken_table_is_named_as_the_person_names_it(tab: Tab) -> None:
    file = tab.folder / "q.csv"
    file.write_text("вопрос\nкит\n", encoding="utf-8")
    html = make(tab, source="file", file=str(file))
    assert RUSSIAN.failure.format(error="q.csv: no column named query") in html
    assert str(tab.folder) not in html


def test_holes_are_what_nobody_judged(tab: Tab) -> None:
    make(tab, limit=1)
    judge(tab, "Анна", 3)
    holes = ("дыры", "v1", "bm25", False, 10, 1, 42, RU)
    # The only passage with the word is judged.
    assert RUSSIAN.no_holes in tab.call("make_holes")(*holes)
    reranked = ("дыры", "v1", "reranked", False, 10, 2, 42, RU)
    assert RUSSIAN.made.format(name="дыры", items=4, queries=1, overlap=2) in tab.call(
        "make_holes"
    )(*reranked)
    assert {item.passage_id for item in tab.store.pool("дыры").items} == {
        "bear",
        "tea",
        "skates",
        "bread",
    }


def test_the_sets_own_grades_fill_holes_when_asked(tab: Tab) -> None:
    tab.call("make_holes")("все", "v1", "reranked", False, 10, 1, 42, RU)
    tab.call("make_holes")("меньше", "v1", "reranked", True, 10, 1, 42, RU)
    everything, fewer = ({i.passage_id for i in p.items} for p in tab.store.pools())
    assert everything - fewer == {"whale"}


def test_holes_need_a_snapshot(tab: Tab) -> None:
    assert RUSSIAN.no_snapshot in tab.call("make_holes")("д", None, "bm25", False, 1, 1, 1, RU)
    missing = tab.call("make_holes")("д", "v2", "bm25", False, 1, 1, 1, RU)
    assert "no snapshot &#x27;v2&#x27;" in missing


def test_second_opinions_are_asked_on_what_is_disputed(tab: Tab) -> None:
    make(tab, numbers=(1, 2, 42))
    judge(tab, "Анна", 3, 1)
    judge(tab, "Борис", 0, 1)
    told = RUSSIAN.made.format(name="пул-second", items=1, queries=1, overlap=3)
    assert told in tab.call("make_second")("пул", " ", 2, RU)
    assert [i.passage_id for i in tab.store.pool("пул-second").items] == ["whale"]
    assert RUSSIAN.no_pool in tab.call("make_second")(None, "", 2, RU)
    taken = RUSSIAN.name_taken.format(name="пул-second")
    assert taken in tab.call("make_second")("пул", "", 2, RU)
    agreed = tab.call("make_second")("пул-second", "третий", 2, RU)
    assert RUSSIAN.made.format(name="третий", items=1, queries=1, overlap=4) in agreed


def test_where_nothing_is_disputed_there_is_no_second_opinion(tab: Tab) -> None:
    make(tab, numbers=(1, 2, 42))
    judge(tab, "Анна", 3, 1)
    judge(tab, "Борис", 2, 1)
    told = RUSSIAN.no_disputed.format(name="пул", threshold=2)
    assert told in tab.call("make_second")("пул", "", 2, RU)
    assert len(tab.store.pools()) == 1


def test_agreement_is_of_all_or_of_a_pool(tab: Tab) -> None:
    assert RUSSIAN.no_grades in tab.call("show_agreement")("", RU)
    make(tab)
    judge(tab, "Анна", 3, 0)
    assert RUSSIAN.one_annotator.format(who="Анна") in tab.call("show_agreement")("пул", RU)
    judge(tab, "Борис", 3, 1)
    html = tab.call("show_agreement")("пул", EN)
    assert "<b>50 %</b>" in html
    assert "вода для чая — Анна 0, Борис 1" in html
    assert "Чай заваривают кипятком." in html
    make(tab, "другой")
    assert ENGLISH.no_grades in tab.call("show_agreement")("другой", EN)


def test_every_format_is_offered_as_a_file(tab: Tab) -> None:
    make(tab)
    judge(tab, "Анна", 3, 0)
    told, file = export(tab, "qrels")
    assert Path(str(file)).read_text() == "whales 0 whale 3\nwater 0 tea 0\n"
    assert RUSSIAN.freshness["fresh"].format(count=2) in told
    _, file = export(tab, "jsonl")
    rows = [json.loads(line) for line in Path(str(file)).read_text("utf-8").splitlines()]
    assert [(row["annotator"], row["grade"]) for row in rows] == [("Анна", 3), ("Анна", 0)]
    _, file = export(tab, "beir")
    with zipfile.ZipFile(str(file)) as archive:
        assert {"beir/corpus.jsonl", "beir/queries.jsonl", "beir/qrels.tsv"} <= set(
            archive.namelist()
        )
    told, file = export(tab, "pairs")
    lines = Path(str(file)).read_text("utf-8").splitlines()
    positives = sum(json.loads(line)["label"] == 1 for line in lines)
    assert RUSSIAN.pairs_made.format(pairs=len(lines), positives=positives) in told
    assert positives == 1


def test_pseudonyms_hide_the_names(tab: Tab) -> None:
    make(tab)
    judge(tab, "Анна", 3)
    salts = ("очень тайно", "очень тайно", "", "")
    names = [_names(export(tab, "csv", salt=salt, hide=True)[1]) for salt in salts]
    assert all(name.startswith("annotator-") for name in names)
    assert names[0] == names[1] and len(set(names)) == 3  # without a salt: of this export only
    assert _names(export(tab, "csv", salt="очень тайно")[1]) == "Анна"  # not asked for
    told, file = export(tab, "csv", salt="коротко", hide=True)
    assert file is None and RUSSIAN.salt_short.format(length=7, least=8) in told
    assert export(tab, "qrels", salt="коротко", hide=True)[1]  # no names in it, nothing to hide


def test_pseudonyms_are_offered_where_there_are_names(tab: Tab) -> None:
    offer = tab.call("offer_pseudonyms")
    shown = [
        [update["visible"] for update in offer(form, hide)]
        for form, hide in (("csv", False), ("jsonl", True), ("qrels", True))
    ]
    assert shown == [[True, False], [True, True], [False, False]]


def _names(file: str | None) -> str:
    with Path(str(file)).open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter=";")
    return str(row["annotator"])


def test_what_cannot_be_exported_is_told(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export(tab, "csv") == (export(tab, "qrels")[0], None)
    assert RUSSIAN.nothing_to_export in export(tab, "beir")[0]
    make(tab)
    judge(tab, "Анна", None)
    for form in ("qrels", "beir", "pairs"):
        assert RUSSIAN.only_skipped.format(judgments=1) in export(tab, form)[0]
    assert export(tab, "csv")[1]
    assert RUSSIAN.nothing_to_export in export(tab, "csv", annotator="Борис")[0]
    judge(tab, "Анна", 3)
    monkeypatch.setitem(sys.modules, "search.judging.training_pairs", None)
    assert "pip install -r requirements-training.txt" in export(tab, "pairs")[0]


@pytest.mark.parametrize("sign", ["\t", " "])
def test_judgments_made_elsewhere_come_under_a_name(tab: Tab, sign: str) -> None:
    file = tab.folder / "оценки.txt"
    middle = [] if sign == "\t" else ["0"]
    rows = (["whales", *middle, "whale", "2"], ["water", *middle, "tea", "3"])
    file.write_text("\n".join(sign.join(row) for row in rows))
    told = bring(tab, file, " Мария ", False)
    assert RUSSIAN.saved.format(saved=2, annotator="Мария") in told
    assert [(j.query, j.passage_id, j.grade) for j in tab.store.current("Мария")] == [
        ("чем питается кит", "whale", 2),
        ("вода для чая", "tea", 3),
    ]


def test_bad_lines_are_listed_and_skipped_when_asked(tab: Tab) -> None:
    file = tab.folder / "q.txt"
    file.write_text("whales 0 whale 2\nwhales 0 <img> 9\n")
    told = bring(tab, file, "Мария", False)
    assert RUSSIAN.refused.format(bad=1) in told
    assert "строка 2: the document &#x27;&lt;img&gt;&#x27; is not in the corpus" in told
    assert tab.store.current() == []
    told = bring(tab, file, "Мария")
    assert RUSSIAN.saved.format(saved=1, annotator="Мария") in told
    assert RUSSIAN.skipped.format(bad=1) in told
    assert RUSSIAN.no_bring_file in bring(tab, None)
    assert RUSSIAN.no_annotator in bring(tab, file, " ")
    file.write_text("whales 0 <img> 9\n")
    assert RUSSIAN.nothing_to_bring in bring(tab, file)
    file.write_bytes(b"\xff\xfe\xff")
    assert RUSSIAN.failure.format(error="q.txt:1: not UTF-8") in bring(tab, file)


def test_with_a_login_nobody_imports_under_another_name(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tab.folder / "q.txt"
    file.write_text("whales 0 whale 2\n")
    told = bring(tab, file, "Чужая", request=gr.Request(username="boris"))
    assert RUSSIAN.saved.format(saved=1, annotator="boris") in told
    assert [judgment.annotator for judgment in tab.store.current()] == ["boris"]
    monkeypatch.setenv("OAUTH_CLIENT_ID", "space")
    assert RUSSIAN.not_signed_in in bring(tab, file, "Чужая")
    profile = gr.OAuthProfile(
        {"name": "Анна", "preferred_username": "anna", "profile": "", "picture": ""}
    )
    assert RUSSIAN.saved.format(saved=1, annotator="anna") in bring(tab, file, "Ч", profile=profile)


def test_a_name_that_is_too_long_to_keep_is_told(tab: Tab) -> None:
    told = bring(tab, tab.folder / "q.txt", "М" * 101)
    assert RUSSIAN.name_long.format(length=101, limit=100) in told


def test_the_lists_follow_the_store(tab: Tab) -> None:
    make(tab)
    judge(tab, "Анна", 3)
    table, snapshot, second, agreement, pool, annotator = tab.call("refresh_lists")(RU)
    assert "<td>пул</td>" in table
    assert snapshot["choices"] == ["v1"]
    assert second["choices"] == ["пул"]
    assert agreement["choices"] == pool["choices"] == [(RUSSIAN.all_pools, ""), ("пул", "пул")]
    assert annotator["choices"] == [(RUSSIAN.all_annotators, ""), ("Анна", "Анна")]


def test_a_store_that_fails_is_a_message_not_a_trace(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise JudgingError("disk <full>")

    monkeypatch.setattr(JudgmentStore, "current", broken)
    table, *_, annotator = tab.call("refresh_lists")(RU)
    for html in (table, tab.call("show_agreement")("", RU)):
        assert RUSSIAN.failure.format(error="disk &lt;full&gt;") in html
    assert annotator["choices"] == [(RUSSIAN.all_annotators, "")]


def test_what_nobody_expected_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = attempt(lambda: str(1 // 0), RU)
    assert LANGUAGES[RU].action_failed in answer.html and not answer.done
    assert "ZeroDivisionError" in caplog.text


def test_every_label_has_the_other_language(tab: Tab) -> None:
    updates = {id(component): update(EN) for component, update in tab.labelled}
    assert len(updates) == len(tab.labelled)
    said = json.dumps([*updates.values()], ensure_ascii=False)
    assert not any("а" <= letter.lower() <= "я" for letter in said)


def test_nothing_of_the_tab_is_public(tab: Tab) -> None:
    dependencies = tab.blocks.get_config_file()["dependencies"]
    assert {dependency["api_visibility"] for dependency in dependencies} == {"private"}
