"""Windows of whole sentences: their offsets, overlaps, ids and limits."""

import random

import pytest

from index.corpus import Document
from index.passages import WINDOW_CHARS, Passage, split_document
from index.sentences import sentence_spans

SENTENCE = "Кот спит дома."
WORDS = ["дом", "река", "и т. д.", "А. С. Пушкин", "5.", "«Да!» —", "очень", "безпробелов" * 3]
GAPS = [" ", ". ", "! ", "\n", "  ", "\u00a0", ".\n\n", "… "]


def windows(text: str, window_chars: int) -> list[Passage]:
    return list(split_document(Document("d", "Заголовок", text), window_chars))


def random_text(seed: int) -> str:
    chance = random.Random(seed)
    words = (chance.choice(WORDS) + chance.choice(GAPS) for _ in range(chance.randint(1, 60)))
    return "".join(words).strip()


def short_sentences(seed: int) -> str:
    chance = random.Random(seed)
    sentences = (
        " ".join(["Слово", *["слово"] * chance.randint(0, 5)]) + chance.choice(".!?")
        for _ in range(60)
    )
    return "".join(sentence + chance.choice([" ", "\n", "  \n "]) for sentence in sentences).strip()


def test_short_document_is_one_passage_with_its_own_id() -> None:
    document = Document("a", "Коты", "Кот спит. Пёс ест.")
    assert list(split_document(document)) == [
        Passage("a", "a", "Коты", "Кот спит. Пёс ест.", 0, len("Кот спит. Пёс ест."))
    ]


def test_titled_document_without_text_is_one_empty_passage() -> None:
    assert list(split_document(Document("a", "Коты", ""))) == [Passage("a", "a", "Коты", "", 0, 0)]


def test_html_is_kept_verbatim() -> None:
    text = '<b>жир</b> &amp; <img src=x onerror="alert(1)">'
    assert [p.text for p in split_document(Document("a", "<i>", text))] == [text]


@pytest.mark.parametrize(("title", "titled_text"), [("Коты", "Коты\nКот спит."), ("", "Кот спит.")])
def test_rankers_read_title_and_text(title: str, titled_text: str) -> None:
    (passage,) = split_document(Document("a", title, "Кот спит."))
    assert passage.titled_text == titled_text


def test_a_document_of_the_window_length_is_not_split() -> None:
    sentence = "Слово. "
    text = (sentence * 300)[: WINDOW_CHARS - 1] + "."
    assert [len(p.text) for p in split_document(Document("a", "", text))] == [WINDOW_CHARS]
    assert len(list(split_document(Document("a", "", text + ".")))) == 2


def test_windows_worked_out_by_hand() -> None:
    step = len(SENTENCE) + 1
    text = " ".join([SENTENCE] * 7)
    three_sentences = 3 * step - 1
    assert windows(text, three_sentences) == [
        Passage("d", "d", "Заголовок", text[:three_sentences], 0, three_sentences),
        Passage("d#2", "d", "Заголовок", text[:three_sentences], 2 * step, 5 * step - 1),
        Passage("d#3", "d", "Заголовок", text[:three_sentences], 4 * step, 7 * step - 1),
    ]


def test_one_character_less_holds_one_sentence_less() -> None:
    step = len(SENTENCE) + 1
    text = " ".join([SENTENCE] * 4)
    assert [(p.start, p.end) for p in windows(text, 3 * step - 2)] == [
        (0, 2 * step - 1),
        (step, 3 * step - 1),
        (2 * step, 4 * step - 1),
    ]


def test_long_neighbours_do_not_overlap() -> None:
    text = "Раз два. Три четыре. Пять шесть. Семь."
    assert len("Три четыре. Пять шесть.") > 20
    assert [p.text for p in windows(text, 20)] == ["Раз два. Три четыре.", "Пять шесть. Семь."]


def test_sentence_longer_than_a_window_is_cut_at_spaces() -> None:
    text = "Слово " + "слово " * 20 + "конец."
    passages = windows(text, 20)
    assert [p.text for p in passages[:2]] == ["Слово слово слово", "слово слово слово"]
    assert " ".join(p.text for p in passages) == text


def test_word_longer_than_a_window_is_cut_at_the_limit() -> None:
    assert [(p.start, p.end) for p in windows("а" * 45, 20)] == [(0, 20), (20, 40), (40, 45)]


def test_blank_windows_are_skipped_and_not_numbered() -> None:
    text = "кот" + " " * 100 + "пёс"
    assert windows(text, 20) == [
        Passage("d", "d", "Заголовок", "кот" + " " * 16, 0, 19),
        Passage("d#2", "d", "Заголовок", " " * 3 + "пёс", 100, 106),
    ]


@pytest.mark.parametrize("text", [" ", "\n \n", "\u00a0" * 20])
def test_short_document_of_white_space_is_one_empty_passage(text: str) -> None:
    assert windows(text, 20) == [Passage("d", "d", "Заголовок", "", 0, 0)]


@pytest.mark.parametrize("window_chars", [20, 40, 80, 200])
def test_windows_of_any_text_keep_their_promises(window_chars: int) -> None:
    for seed in range(300):
        text = random_text(seed)
        passages = windows(text, window_chars)
        assert all(p.text == text[p.start : p.end] for p in passages)
        assert all(0 < len(p.text) <= window_chars for p in passages)
        assert all(p.title == "Заголовок" and p.document_id == "d" for p in passages)
        assert [p.id for p in passages] == ["d", *(f"d#{n}" for n in range(2, len(passages) + 1))]
        starts, ends = [p.start for p in passages], [p.end for p in passages]
        assert starts == sorted(set(starts)) and ends == sorted(set(ends))
        assert (starts[0], ends[-1]) == (0, len(text))
        gaps = [text[end:start] for end, start in zip(ends, starts[1:], strict=False)]
        assert "".join(gaps).strip() == ""


def test_windows_share_exactly_one_sentence_and_cover_every_character() -> None:
    for seed in range(100):
        text = short_sentences(seed)
        spans = {span.end: span for span in sentence_spans(text)}
        passages = windows(text, 90)
        assert len(passages) > 5
        for before, after in zip(passages, passages[1:], strict=False):
            assert after.start == spans[before.end].start
        covered = {n for p in passages for n in range(p.start, p.end)}
        assert covered == set(range(len(text)))


def test_windows_hold_whole_sentences_as_many_as_fit() -> None:
    for seed in range(100):
        text = short_sentences(seed)
        spans = sentence_spans(text)
        starts, ends = {span.start for span in spans}, [span.end for span in spans]
        for passage in windows(text, 90)[:-1]:
            assert passage.start in starts and passage.end in ends
            assert ends[ends.index(passage.end) + 1] - passage.start > 90
