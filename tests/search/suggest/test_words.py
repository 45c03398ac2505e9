import random

from rapidfuzz.distance import OSA

from index.passages import Passage
from search.suggest.words import CorpusWords


def words_of(*texts: str) -> CorpusWords:
    return CorpusWords.of(
        Passage(id=str(n), document_id=str(n), title="", text=text, start=0, end=len(text))
        for n, text in enumerate(texts)
    )


def test_forms_are_counted_across_case_stress_and_yo() -> None:
    words = words_of("Ёлка, ёлка и елка", "ЁЛКА у за\u0301мка")
    assert words.count("елка") == 4
    assert words.written("елка") == "ёлка"  # three of four
    assert words.knows("замка")
    assert not words.knows("елки")


def test_titles_are_part_of_the_corpus() -> None:
    titled = Passage(id="1", document_id="1", title="Байкал", text="озеро", start=0, end=5)
    assert CorpusWords.of([titled]).knows("байкал")


def test_near_finds_what_comparing_with_every_form_finds() -> None:
    random_ = random.Random(7)
    forms = ["".join(random_.choices("абвгдя", k=random_.randint(1, 7))) for _ in range(2000)]
    words = words_of(" ".join(forms))
    known = {form for form in forms if words.knows(form)}
    for word in random_.sample(forms, 40):
        for edits in (1, 2):
            expected = {(form, OSA.distance(form, word)) for form in known}
            expected = {(form, distance) for form, distance in expected if distance <= edits}
            assert expected <= set(words.near(word, edits))


def test_one_edit_of_each_kind_is_near() -> None:
    words = words_of("собка сбака соббака сабака кот")
    found = dict(words.near("собака", 1))
    assert found == {"собка": 1, "сбака": 1, "соббака": 1, "сабака": 1}
    assert dict(words.near("осбка", 1)) == {"собка": 1}  # two letters swapped


def test_an_empty_corpus_knows_nothing() -> None:
    assert words_of().near("кот", 2) == []
