import math
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from search.evaluation import Qrels
from search.judging.judged_queries import JUDGED_SET
from search.judging.measurement import measure_snapshot
from search.judging.snapshot_list import BrokenSnapshot, SnapshotLine, SnapshotList
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot
from search.judging.stage_diff import diff_stages
from search.ui.quality.comparison import comparison_html, p_value
from search.ui.quality.texts import ENGLISH, QUALITY_TEXTS, RUSSIAN, QualityTexts
from search.ui.quality.views import MAX_QUERIES, measurement_html, snapshots_html

HOSTILE = '<img src=x onerror="alert(1)"> {{кит}} ${1}'
INDEX = IndexIdentity("c" * 64, "a" * 64, "e" * 64, "encoder", 9, 1000, 1.2, 0.75)
LINE = SnapshotLine(
    "первый", datetime(2025, 11, 24, 9, 5, tzinfo=UTC), "demo", 240, 480, "data/x/small", "ab" * 32
)
every_language = pytest.mark.parametrize("texts", QUALITY_TEXTS.values(), ids=QUALITY_TEXTS)


def snapshot(name: str, lists: dict[str, str], **stages: dict[str, str]) -> Snapshot:
    """Query -> its reranked passages as words; the passage `a#2` is of the document `a`."""
    of_stages = {"bm25": {}, **stages, "reranked": lists}
    return Snapshot(
        name=name,
        created=datetime(2025, 11, 24, tzinfo=UTC),
        set="small",
        settings={"rrf_k": 10},
        index=INDEX,
        reranker="reranker",
        reranker_fingerprint="1" * 64,
        queries={f"q{place}": query for place, query in enumerate(lists)},
        stages={
            stage: {
                f"q{place}": tuple(
                    RankedPassage(id, id.partition("#")[0], None)
                    for id in of.get(query, "").split()
                )
                for place, query in enumerate(lists)
            }
            for stage, of in of_stages.items()
        },
    )


def page(html: str) -> ElementTree.Element:
    """What a browser would make of it; it is well-formed XML too."""
    assert not set(html) & set("{}$")
    return ElementTree.fromstring(html)


def rows(html: str, table: int = 0) -> list[list[str]]:
    found = list(page(html).iter("table"))[table]
    return [["".join(cell.itertext()) for cell in row] for row in found.iter("tr")]


def lines(html: str, kind: str) -> list[str]:
    return ["".join(p.itertext()) for p in page(html).iter("p") if p.get("class") == kind]


def folded(html: str) -> list[str]:
    return [summary.text or "" for summary in page(html).iter("summary")]


# Snapshots


@every_language
def test_every_snapshot_has_a_row_and_a_broken_one_its_error(texts: QualityTexts) -> None:
    found = SnapshotList((LINE,), (BrokenSnapshot("битый", "no JSON"),))
    html = snapshots_html(found, texts)
    assert rows(html) == [
        list(texts.list_columns.values()),
        ["первый", "2025-11-24 09:05", "demo", "small abababababab", "240", "480"],
    ]
    assert lines(html, "warning") == [f"{texts.broken}: битый. no JSON"]


@every_language
def test_no_snapshots_are_a_message(texts: QualityTexts) -> None:
    assert lines(snapshots_html(SnapshotList((), ()), texts), "line") == [texts.no_snapshots]


@every_language
def test_the_set_of_judged_queries_has_a_name_in_the_pages_language(texts: QualityTexts) -> None:
    html = snapshots_html(SnapshotList((replace(LINE, set=JUDGED_SET),), ()), texts)
    assert rows(html)[1][2] == texts.sets["judged"]


def test_names_and_errors_of_files_are_text() -> None:
    found = SnapshotList((replace(LINE, set=HOSTILE),), (BrokenSnapshot("a", HOSTILE),))
    html = snapshots_html(found, RUSSIAN)
    assert rows(html)[1][2] == HOSTILE
    assert HOSTILE in lines(html, "warning")[0]


# Measurements

GRADES: Qrels = {"кит": {"whale": 2, "bear": 1}, "чай": {"tea": 1, "water": 0}}
MEASURED = snapshot(
    "первый",
    {"кит": "bear whale", "чай": "tea water", "мёд": "bear"},
    bm25={"кит": "whale bear", "чай": "water x", "мёд": "bear"},
)


@every_language
def test_a_row_by_stage_has_every_mean_with_its_interval(texts: QualityTexts) -> None:
    html = measurement_html(measure_snapshot(MEASURED, GRADES), texts)
    head, bm25, reranked = rows(html)
    assert head == [
        texts.measure_columns["stage"],
        *("nDCG@10", "MRR@10", "P@5", "Recall@10", "Recall@100", "MAP", "Judged@10"),
    ]
    # BM25: кит is perfect, чай has no relevant document, and `x` is not judged.
    means = ["50.0", "50.0", "20.0", "50.0", "50.0", "50.0"]
    assert bm25[0] == texts.stages["bm25"]
    assert [cell.split("\n")[0] for cell in bm25[1:]] == [*means, "75.0"]
    # Two queries: a bootstrap mean is that of either one at the ends.
    assert bm25[1] == "50.0\n[0.0; 100.0]"
    # Reranked: кит's two are swapped, 1 + 2 / log2 3 of 2 + 1 / log2 3.
    swapped = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert reranked[1] == f"{50 * (swapped + 1):.1f}\n[{100 * swapped:.1f}; 100.0]"
    assert reranked[-1] == "100.0"


@every_language
def test_how_many_queries_are_judged_and_where_too_few_passages_are(texts: QualityTexts) -> None:
    html = measurement_html(measure_snapshot(MEASURED, GRADES), texts)
    assert lines(html, "line") == [texts.measured.format(name="первый", judged=2, queries=3)]
    low = f"{texts.stages['bm25']} 75.0"
    assert lines(html, "warning") == [texts.low_judged.format(stages=low)]
    full = {"кит": GRADES["кит"]}
    assert lines(measurement_html(measure_snapshot(MEASURED, full), texts), "warning") == []


@every_language
def test_the_queries_are_folded_the_worst_first(texts: QualityTexts) -> None:
    html = measurement_html(measure_snapshot(MEASURED, GRADES), texts)
    swapped = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert folded(html) == [texts.per_query.format(queries=2)]
    assert rows(html, 1)[1:] == [
        ["кит", "100.0", f"{100 * swapped:.1f}", "1.00", "100.0"],
        ["чай", "0.0", "100.0", "1.00", "100.0"],
    ]


def test_of_many_queries_only_the_worst_are_shown() -> None:
    many = {f"запрос {number}": "a" for number in range(MAX_QUERIES + 1)}
    measurement = measure_snapshot(snapshot("много", many), {query: {"a": 1} for query in many})
    html = measurement_html(measurement, RUSSIAN)
    assert len(rows(html, 1)) == 1 + MAX_QUERIES
    told = RUSSIAN.worst_shown.format(shown=MAX_QUERIES, queries=MAX_QUERIES + 1)
    assert told in lines(html, "note")


def test_a_hostile_query_is_text_in_a_measurement() -> None:
    taken = snapshot("a", {HOSTILE: "x"})
    html = measurement_html(measure_snapshot(taken, {HOSTILE: {"x": 1}}), RUSSIAN)
    assert rows(html, 1)[1][0] == HOSTILE
    assert "img" not in {element.tag for element in page(html).iter()}


# Comparisons

BEFORE = snapshot("до", {"кит": "bear whale", "чай": "tea"})
AFTER = replace(snapshot("после", {"кит": "whale oil", "чай": "tea"}), settings={"rrf_k": 60})


def compared(before: Snapshot, after: Snapshot, grades: Qrels, texts: QualityTexts) -> str:
    return comparison_html(diff_stages(before, "reranked", after, "reranked", grades), texts)


@every_language
def test_a_metric_has_before_after_difference_interval_p_and_counts(texts: QualityTexts) -> None:
    grades = {"кит": {"whale": 1}, "чай": {"tea": 1}}
    head, _, mrr, *_ = rows(compared(BEFORE, AFTER, grades, texts))
    assert head == list(texts.compare_columns.values())
    # кит's whale rises from 2 to 1, чай is the same: one sign of two swaps, so p = 1.
    assert mrr == ["MRR@10", "75.0", "100.0", "+25.0", "[0.0; +50.0]", "1.0000", "1.0000"] + [
        "1 / 1 / 0"
    ]


@every_language
def test_what_differs_is_named_in_the_pages_language(texts: QualityTexts) -> None:
    html = compared(BEFORE, AFTER, {}, texts)
    assert rows(html) == [
        list(texts.differs_columns.values()),
        [texts.differs["setting"].format(name="rrf_k"), "10", "60"],
    ]
    assert texts.nothing_differs in lines(compared(BEFORE, BEFORE, {}, texts), "line")


@every_language
def test_without_judgments_there_are_movements_and_a_warning(texts: QualityTexts) -> None:
    html = compared(BEFORE, AFTER, {"мёд": {"x": 1}}, texts)
    assert lines(html, "warning") == [texts.none_judged]
    assert list(page(html).iter("svg")) == []
    # кит: one of three is shared, чай is the same.
    (overlap,) = [line for line in lines(html, "line") if "Jaccard" in line]
    assert f"Jaccard@10 {(1 / 3 + 1) / 2:.3f}" in overlap
    moved = dict(rows(html, 1)[1:])
    assert moved == {
        "whale": texts.movement["moved"].format(before=2, after=1),
        "oil": texts.movement["new"].format(after=2),
        "bear": texts.movement["gone"].format(before=1),
    }


@every_language
def test_another_index_is_a_loud_warning(texts: QualityTexts) -> None:
    other = replace(AFTER, index=replace(INDEX, corpus="d" * 64))
    html = compared(BEFORE, other, {}, texts)
    assert lines(html, "warning loud") == [texts.other_index]
    what, before, after = rows(html)[1]
    assert what == texts.differs["index"].format(name="corpus")
    assert (before, after) == ("cccccccccccc…", "dddddddddddd…")
    assert rows(html, 1)[0][0] == texts.movement_columns["document"]
    assert lines(compared(BEFORE, AFTER, {}, texts), "warning loud") == []


@every_language
def test_queries_of_one_snapshot_only_are_counted(texts: QualityTexts) -> None:
    fewer = snapshot("мало", {"кит": "bear whale"})
    assert texts.left_out.format(count=1) in lines(compared(BEFORE, fewer, {}, texts), "warning")


@every_language
def test_too_few_judged_passages_are_a_warning(texts: QualityTexts) -> None:
    warnings = lines(compared(BEFORE, AFTER, {"кит": {"whale": 1}}, texts), "warning")
    assert warnings == [texts.compare_low_judged.format(before="50.0", after="50.0")]
    judged = {"кит": {"whale": 1, "bear": 0, "oil": 0}}
    told = texts.compare_judged.format(before="100.0", after="100.0")
    assert told in lines(compared(BEFORE, AFTER, judged, texts), "note")


def test_two_stages_of_one_snapshot_are_compared_under_their_names() -> None:
    html = comparison_html(diff_stages(MEASURED, "bm25", MEASURED, "reranked", GRADES), ENGLISH)
    assert lines(html, "line")[0] == ("“первый”, BM25 → “первый”, reranker. Common queries: 3.")
    swapped = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    gains = {rect.findtext("title") for rect in page(html).iter("rect")}
    assert gains == {"чай: +100.0", f"кит: {100 * (swapped - 1):.1f}"}
    assert ENGLISH.nothing_differs in lines(html, "line")


def test_hostile_queries_and_passages_are_text_in_a_comparison() -> None:
    query = HOSTILE.replace(" ", "_")
    before, after = snapshot("a", {query: "x"}), snapshot("b", {query: f"{query} x"})
    html = compared(before, after, {query: {"x": 1}}, RUSSIAN)
    assert any(query in summary for summary in folded(html))
    assert rows(html, 1)[1][0] == query
    assert "img" not in {element.tag for element in page(html).iter()}


@pytest.mark.parametrize(
    ("p", "shown"), [(1.0, "1.0000"), (0.0312, "0.0312"), (1e-4, "0.0001"), (1e-5, "< 0.0001")]
)
def test_p_is_never_shown_as_zero(p: float, shown: str) -> None:
    assert p_value(p) == shown
