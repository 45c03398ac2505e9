import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.corpus import Document
from search.errors import JudgingError
from search.judging.judgment import Judgment, text_hash
from search.judging.training_pairs import TrainingPairs, training_pairs
from search.training.mining import Mining

CITIES = {
    "fr": "Париж — столица Франции на Сене.",
    "fr-2": "Столицей Франции в войну был Виши.",
    "lyon": "Лион — большой город Франции, но не столица.",
    "nice": "Ницца — город Франции у моря.",
    "it": "Рим — столица Италии на Тибре.",
    "es": "Мадрид — столица Испании, город на плато.",
    "gr": "Афины — столица Греции у моря.",
    "pl": "Варшава — столица Польши на Висле.",
    "cz": "Прага — столица Чехии на Влтаве.",
    "whale": "Кит питается рачками.",
}
DOCUMENTS = [Document(name, "", text) for name, text in CITIES.items()]
QUERY = "столица Франции"


def judged(name: str, grade: int | None, query: str = QUERY, who: str = "anna") -> Judgment:
    return Judgment(query, name, name, text_hash(CITIES[name]), who, grade)


def made(
    judgments: list[Judgment], analyzer: Analyzer, hard: int = 4, against: tuple[Path, ...] = ()
) -> TrainingPairs:
    return training_pairs(judgments, DOCUMENTS, analyzer, Mining(hard=hard, easy=0), against)


def test_judged_pairs_come_first_then_mined_negatives(analyzer: Analyzer) -> None:
    judgments = [judged("lyon", 0), judged("fr", 3), judged("fr-2", 2), judged("whale", 0)]
    pairs = made(judgments, analyzer).pairs
    assert {pair.query for pair in pairs} == {QUERY}
    labels = [(pair.passage, pair.label) for pair in pairs]
    assert labels[:4] == [
        (CITIES["fr"], 1.0),
        (CITIES["fr-2"], 1.0),
        (CITIES["lyon"], 0.0),
        (CITIES["whale"], 0.0),
    ]
    assert [label for _, label in labels[4:]] == [0.0, 0.0]  # four were wanted, two are judged
    assert len(set(labels)) == len(labels)


def test_nothing_judged_for_a_query_is_mined_as_its_negative(analyzer: Analyzer) -> None:
    # Nice is BM25's best negative for the query; a person said same subject, or could not say.
    unjudged = made([judged("fr", 3)], analyzer, hard=6).pairs
    assert CITIES["nice"] in [pair.passage for pair in unjudged]
    changed = replace(judged("nice", 3), text_hash=text_hash("Ницца была столицей."))
    for judgment in (judged("nice", 1), judged("nice", None), changed):
        pairs = made([judged("fr", 3), judgment], analyzer, hard=6).pairs
        assert CITIES["nice"] not in [pair.passage for pair in pairs]
        assert len(pairs) > 3


def test_the_report_tells_what_was_left_out(analyzer: Analyzer) -> None:
    judgments = [
        judged("fr", 3),
        judged("lyon", 0),
        judged("nice", 1),
        replace(judged("it", 3), text_hash=text_hash("Рим — столица мира.")),
        replace(judged("es", 0), passage_id="нет такого"),
    ]
    found = made(judgments, analyzer)
    counts = found.report.counts
    assert counts["judged answers"] == counts["judged negatives"] == 1
    assert counts["grade 1, left out"] == 1
    assert counts["judgments of a passage changed since, left out"] == 1
    assert counts["judgments of a passage gone since, left out"] == 1
    assert counts["negatives mined"] == len(found.pairs) - 2 > 0


def test_several_annotators_meet_at_the_lower_median(analyzer: Analyzer) -> None:
    judgments = [
        judged("fr", 3),
        judged("fr-2", 3),
        judged("fr-2", 0, who="boris"),
        judged("lyon", 2),
        judged("lyon", 1, who="boris"),
    ]
    labels = {pair.passage: pair.label for pair in made(judgments, analyzer).pairs}
    assert (labels[CITIES["fr"]], labels[CITIES["fr-2"]]) == (1.0, 0.0)
    assert CITIES["lyon"] not in labels


def test_a_query_with_negatives_only_keeps_them(analyzer: Analyzer) -> None:
    pairs = made([judged("fr", 3), judged("whale", 0, "бегемот")], analyzer).pairs
    assert [(p.passage, p.label) for p in pairs if p.query == "бегемот"] == [(CITIES["whale"], 0.0)]


def test_what_an_evaluation_set_holds_stays_out(analyzer: Analyzer, tmp_path: Path) -> None:
    rows = {
        "corpus.jsonl": {"_id": "x", "title": "", "text": CITIES["it"]},
        "queries.jsonl": {"_id": "q", "text": "СТОЛИЦА Италии?"},
    }
    for name, row in rows.items():
        (tmp_path / name).write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q\tx\t3\n")
    judgments = [judged("fr", 3), judged("it", 0), judged("gr", 3, "столица Италии")]
    found = made(judgments, analyzer, against=(tmp_path,))
    assert {pair.query for pair in found.pairs} == {QUERY}
    assert CITIES["it"] not in [pair.passage for pair in found.pairs]
    assert found.report.counts["in an evaluation set, left out"] == 2


def test_windows_of_a_long_document_are_told_apart(analyzer: Analyzer) -> None:
    sentences = [f"Столица номер {n} лежит на реке." for n in range(12)]
    long = Document("long", "", " ".join(sentences))
    window = " ".join(sentences[5:11])
    judgment = Judgment(QUERY, "long#2", "long", text_hash(window), "anna", 3)
    whole = Judgment(QUERY, "long", "long", text_hash(long.text), "trec", 3)
    found = training_pairs(
        [judgment, whole], [long, *DOCUMENTS], analyzer, Mining(hard=4, easy=0), window_chars=200
    )
    assert [pair.passage for pair in found.pairs if pair.label] == [window]
    assert found.report.counts["judgments of a passage changed since, left out"] == 1


@pytest.mark.parametrize("judgments", [[], [judged("fr", 1)], [judged("fr", 0)]])
def test_too_little_to_learn_from_is_said(judgments: list[Judgment], analyzer: Analyzer) -> None:
    with pytest.raises(JudgingError) as error:
        made(judgments, analyzer)
    assert f"{len(judgments)} judgments give" in str(error.value)
    assert "Judge more, or check the corpus." in str(error.value)
