"""The demo set in data/demo: its shape, its text and its judgments."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from search.settings import ROOT

DEMO = ROOT / "data" / "demo"
RUSSIAN = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    content = (DEMO / name).read_text(encoding="utf-8")
    assert content.endswith("\n")
    return [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module")
def passages() -> list[Row]:
    return rows("corpus.jsonl")


@pytest.fixture(scope="module")
def queries() -> list[Row]:
    return rows("queries.jsonl")


@pytest.fixture(scope="module")
def judgments() -> list[tuple[str, str, str]]:
    header, *lines = (DEMO / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    assert header == "query-id\tcorpus-id\tscore"
    judgments = []
    for line in lines:
        query, passage, grade = line.split("\t")
        judgments.append((query, passage, grade))
    return judgments


@pytest.fixture(scope="module")
def texts(passages: list[Row], queries: list[Row]) -> dict[str, str]:
    """Every text of the set by where it stands."""
    found = {f"{row['_id']} {field}": row[field] for row in passages for field in ("title", "text")}
    return found | {row["_id"]: row["text"] for row in queries}


def topic(identity: str) -> str:
    return identity.rsplit("-", 1)[0]


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower().replace("ё", "е")))


def test_rows_hold_the_fields_of_beir(passages: list[Row], queries: list[Row]) -> None:
    assert {tuple(row) for row in passages} == {("_id", "title", "source", "text")}
    assert {tuple(row) for row in queries} == {("_id", "text")}
    assert all(isinstance(value, str) for row in [*passages, *queries] for value in row.values())


def test_ids_are_unique(passages: list[Row], queries: list[Row]) -> None:
    counts = Counter(row["_id"] for row in [*passages, *queries])
    assert [identity for identity, count in counts.items() if count > 1] == []


def test_the_set_is_large_enough(passages: list[Row], queries: list[Row]) -> None:
    assert len(passages) >= 400
    assert len(queries) >= 160


def test_topics_hold_about_ten_passages(passages: list[Row]) -> None:
    sizes = Counter(topic(row["_id"]) for row in passages)
    assert len(sizes) >= 40
    assert {name: size for name, size in sizes.items() if not 8 <= size <= 12} == {}


def test_every_topic_has_queries(passages: list[Row], queries: list[Row]) -> None:
    asked = {topic(row["_id"]) for row in queries}
    assert asked == {f"q-{topic(row['_id'])}" for row in passages}


def test_passages_have_60_to_150_words(passages: list[Row]) -> None:
    lengths = {row["_id"]: len(row["text"].split()) for row in passages}
    assert {name: length for name, length in lengths.items() if not 60 <= length <= 150} == {}


def test_no_text_or_title_stands_twice(passages: list[Row], queries: list[Row]) -> None:
    for field in ("title", "text"):
        counts = Counter(words(row[field]) for row in passages)
        assert [text for text, count in counts.items() if count > 1] == []
    counts = Counter(words(row["text"]) for row in queries)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_passages_are_near_duplicates(passages: list[Row]) -> None:
    shingles = {}
    owners = defaultdict(list)
    for row in passages:
        text = words(row["text"])
        shingles[row["_id"]] = {text[start : start + 3] for start in range(len(text) - 2)}
        for shingle in shingles[row["_id"]]:
            owners[shingle].append(row["_id"])
    shared = Counter(pair for ids in owners.values() for pair in combinations(ids, 2))
    jaccard = {
        (one, other): count / len(shingles[one] | shingles[other])
        for (one, other), count in shared.items()
    }
    assert {pair: value for pair, value in jaccard.items() if value > 0.1} == {}


def test_no_sentence_stands_in_two_passages(passages: list[Row]) -> None:
    owners = defaultdict(list)
    for row in passages:
        for sentence in {words(part) for part in re.split(r"(?<=[.!?])\s", row["text"])}:
            if len(sentence) > 3:
                owners[sentence].append(row["_id"])
    assert {sentence: ids for sentence, ids in owners.items() if len(ids) > 1} == {}


def test_text_is_nfc_and_trimmed(texts: dict[str, str]) -> None:
    assert [where for where, t in texts.items() if t != unicodedata.normalize("NFC", t)] == []
    assert [where for where, t in texts.items() if not t or t != t.strip() or "\n" in t] == []


def test_text_holds_no_mojibake(texts: dict[str, str]) -> None:
    sign = re.compile("[ÐÑÃÂ\ufffd]|вЂ|Рџ|РЎ|С‚|\\?{2,}")
    assert [where for where, text in texts.items() if sign.search(text)] == []


def test_cyrillic_letters_are_russian(texts: dict[str, str]) -> None:
    strange = {
        (where, letter)
        for where, text in texts.items()
        for letter in text.lower()
        if unicodedata.name(letter, "").startswith("CYRILLIC") and letter not in RUSSIAN
    }
    assert strange == set()


def test_text_holds_no_invisible_characters(texts: dict[str, str]) -> None:
    strange = {
        (where, unicodedata.name(sign, repr(sign)))
        for where, text in texts.items()
        for sign in text
        if unicodedata.category(sign)[0] in "CM" or (sign.isspace() and sign not in " \u00a0")
    }
    assert strange == set()


def test_words_are_of_one_script(texts: dict[str, str]) -> None:
    mixed = {
        (where, word)
        for where, text in texts.items()
        for word in re.findall(r"\w+", text)
        if re.search("[а-яё]", word, re.IGNORECASE) and re.search("[a-z]", word, re.IGNORECASE)
    }
    assert mixed == set()


def test_no_query_is_a_title(passages: list[Row], queries: list[Row]) -> None:
    titles = {words(row["title"]) for row in passages}
    assert [row["_id"] for row in queries if words(row["text"]) in titles] == []


def test_judgments_name_known_ids(
    passages: list[Row], queries: list[Row], judgments: list[tuple[str, str, str]]
) -> None:
    assert {query for query, _, _ in judgments} == {row["_id"] for row in queries}
    assert {passage for _, passage, _ in judgments} - {row["_id"] for row in passages} == set()


def test_a_pair_is_judged_once(judgments: list[tuple[str, str, str]]) -> None:
    counts = Counter((query, passage) for query, passage, _ in judgments)
    assert [pair for pair, count in counts.items() if count > 1] == []


def test_grades_are_0_to_3(judgments: list[tuple[str, str, str]]) -> None:
    assert [judgment for judgment in judgments if judgment[2] not in {"0", "1", "2", "3"}] == []


def test_every_query_has_an_answer_and_three_judgments(
    judgments: list[tuple[str, str, str]],
) -> None:
    grades = defaultdict(list)
    for query, _, grade in judgments:
        grades[query].append(int(grade))
    assert {query: found for query, found in grades.items() if 3 not in found} == {}
    assert {query: found for query, found in grades.items() if len(found) < 3} == {}
