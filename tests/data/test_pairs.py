import json
import re
import unicodedata
from collections import Counter

import pytest

from index.analyzer import Analyzer
from index.sentences import sentence_spans
from search.evaluation import read_queries
from search.settings import ROOT
from search.training.embeddings import read_glossary

Row = dict[str, str | list[str]]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    lines = (ROOT / "data" / "pairs" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_there_are_two_thousand_questions_over_a_hundred_topics(rows: list[Row]) -> None:
    assert sum(len(row["queries"]) for row in rows) >= 2000
    assert len({str(row["_id"]).rpartition("-")[0] for row in rows}) >= 100


def test_ids_and_passages_stand_once_and_are_whole(rows: list[Row]) -> None:
    assert len({row["_id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)
    for row in rows:
        text = str(row["text"])
        assert 30 <= len(text.split()) <= 150, row["_id"]
        assert unicodedata.is_normalized("NFC", text) and "\ufffd" not in text, row["_id"]
        assert all(str(query).strip() for query in row["queries"]), row["_id"]


def test_answers_name_sentences_of_their_passage(rows: list[Row]) -> None:
    answered = 0
    for row in rows:
        sentences = len(sentence_spans(str(row["text"])))
        assert len(row["answers"]) == len(row["queries"]), row["_id"]
        for numbers in row["answers"]:
            assert all(0 <= int(number) < sentences for number in numbers), row["_id"]
            answered += bool(numbers)
    assert answered > 0.99 * sum(len(row["queries"]) for row in rows)


def test_questions_about_documentation_stand_once_and_name_a_text() -> None:
    file = ROOT / "data" / "pairs" / "documentation_questions.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    queries = [query for row in rows for query in row["queries"]]
    assert len({row["text_sha256"] for row in rows}) == len(rows) >= 600
    assert all(re.fullmatch("[0-9a-f]{64}", row["text_sha256"]) for row in rows)
    assert len(set(queries)) == len(queries) and all(len(query) > 10 for query in queries)


def test_no_question_of_the_demo_is_trained_on(rows: list[Row], analyzer: Analyzer) -> None:
    demo = {tuple(analyzer.lemmas(q)) for q in read_queries(ROOT / "data" / "demo").values()}
    ours = {tuple(analyzer.lemmas(str(query))) for row in rows for query in row["queries"]}
    assert demo & ours == set()


def test_no_passage_is_nearly_one_of_the_demo(rows: list[Row], analyzer: Analyzer) -> None:
    corpus = (ROOT / "data" / "demo" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    demo = [set(analyzer.lemmas(json.loads(line)["text"])) for line in corpus]
    for row in rows:
        lemmas = set(analyzer.lemmas(str(row["text"])))
        closest = max(len(lemmas & other) / len(lemmas | other) for other in demo)
        assert closest < 0.5, row["_id"]


def test_most_words_are_known_to_the_dictionary(rows: list[Row], analyzer: Analyzer) -> None:
    words = Counter(
        word
        for row in rows
        for word in str(row["text"]).lower().split()
        if word.isalpha() and word.isascii() is False
    )
    known = sum(count for word, count in words.items() if analyzer.knows(word))
    assert known / words.total() > 0.97


def test_the_glossary_is_wide_and_each_lemma_stands_once() -> None:
    file = ROOT / "data" / "pairs" / "glossary.tsv"
    glossary = read_glossary(file)
    assert len(glossary) == len(file.read_text(encoding="utf-8").splitlines()) >= 8000
    assert all(1 <= len(equivalents) <= 3 for equivalents in glossary.values())
    assert not any("ё" in lemma for lemma in glossary)
