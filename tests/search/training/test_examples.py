import json
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from search.errors import TrainingError
from search.training.examples import (
    Example,
    LeakageGuard,
    Report,
    mended,
    read_examples,
    read_judged,
)
from search.training.pairs import Pair, statistics


def write_set(folder: Path) -> Path:
    folder.mkdir()
    corpus = [
        {"_id": f"d{n}", "title": "", "text": text} for n, text in enumerate(["Кот спит.", "Пёс."])
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in corpus)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    query = json.dumps({"_id": "q", "text": "кто спит"}, ensure_ascii=False)
    (folder / "queries.jsonl").write_text(query, encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td0\t3\nq\td1\t0\n")
    return folder


def test_titles_are_read_in_front_of_the_text_unless_they_are_the_query(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    rows = [
        {"_id": "a-1", "title": "Кот", "text": "Кот спит.", "queries": ["кто спит", "сон кота"]},
        {"query": "Пёс", "text": "Пёс лает.", "doc_title": "Пёс", "kind": "title"},
    ]
    file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    expected = [
        ("кто спит", "Кот\nКот спит."),
        ("сон кота", "Кот\nКот спит."),
        ("Пёс", "Пёс лает."),
    ]
    assert [(e.query, e.passage) for e in read_examples(file)] == expected
    assert [e.passage for e in read_examples(file, titles=False)][:2] == ["Кот спит."] * 2
    file.write_text('{"query": "x"}', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"pairs.jsonl:1: expected text and query"):
        list(read_examples(file))


def test_judgments_become_positives_and_true_negatives(tmp_path: Path) -> None:
    examples = list(read_judged(write_set(tmp_path / "set")))
    assert [(e.query, e.passage, e.negative) for e in examples] == [
        ("кто спит", "Кот спит.", False),
        ("кто спит", "Пёс.", True),
    ]


def test_broken_encoding_is_repaired_or_dropped() -> None:
    right = "Конго — страна в Африке"
    broken = right.encode().decode("latin-1")
    report = Report()
    (kept,) = mended([Example(right, broken, "d")], report)
    assert kept == Example(right, right, "d")
    assert dict(report.counts) == {"broken encoding, repaired": 1}
    hopeless = Example("Конго", "произношение: /ËkÉÅÉ¡oÊ/; [kÉÌÉ¡o]; Ã©", "d")
    assert list(mended([hopeless], report)) == []
    assert report.counts["broken encoding or empty, left out"] == 1


def test_what_an_evaluation_set_holds_is_not_trained_on(tmp_path: Path, analyzer: Analyzer) -> None:
    guard = LeakageGuard([write_set(tmp_path / "set")], analyzer)
    report = Report()
    examples = [
        Example("КТО  СПИТ?", "Другой текст.", "a"),  # the set's query, spelt otherwise
        Example("новый вопрос", "Кошки\nКоты спят", "b"),  # the set's passage below a title
        Example("новый вопрос", "Новый ответ.", "c"),
        Example("новый вопрос", "Новый ответ.", "c"),
    ]
    assert list(guard.without_leaks(examples, report)) == [examples[2]]
    assert dict(report.counts) == {"in an evaluation set, left out": 2, "repeated, left out": 1}


def test_statistics_tell_balance_and_characters() -> None:
    text = statistics([Pair("абв", "абвгд", 1.0), Pair("а", "абв", 0.0)])
    assert text.splitlines() == [
        "2 pairs, 50.0 % positive (mean label)",
        "sentence_0: 1 to 3 characters, mean 2.0",
        "sentence_1: 3 to 5 characters, mean 4.0",
    ]
