import json
import random
from collections.abc import Iterator

import pytest

from index.analyzer import Analyzer
from index.passages import Passage
from search.settings import ROOT
from search.suggest.keyboard_layout import in_english_layout
from search.suggest.spelling import suggestion
from search.suggest.words import CorpusWords, folded_words

QUERIES = [
    json.loads(line)["text"]
    for line in (ROOT / "data" / "demo" / "queries.jsonl").read_text("utf-8").splitlines()
]
MISSPELT = set(
    """
    серце взрослова празник востановить жосткого здать плащадь березену алементы памидоры
    фитафторы втарая орхедея онтибиотики калорадский начинаеться дуель пачему самозонятый метроф
    лесичка саленая заплотил марозе пасчитать киллометров раждаются разетка куликовкая блинчеки
    плонета растояние карпав чимпионом можна беременым тролейбусы чево балы магнетуды галолед
    сталенград гнездица яблачкова скавородке
    """.split()
)
CORRECT_BUT_UNKNOWN = {"стеньку", "досрочке", "стиралка"}
"""Neither the demo corpus nor the dictionary has them, and a corpus word is near."""


def words_of(text: str) -> CorpusWords:
    return CorpusWords.of([Passage("1", "1", "", text, 0, len(text))])


def changed(query: str, offered: str) -> set[str]:
    return set(folded_words(query)) - set(folded_words(offered))


def test_correct_queries_of_the_demo_are_left_alone(
    demo_words: CorpusWords, analyzer: Analyzer
) -> None:
    offers = {query: suggestion(query, demo_words, analyzer) for query in QUERIES}
    mended = {word for query, offer in offers.items() if offer for word in changed(query, offer)}
    assert mended <= MISSPELT | CORRECT_BUT_UNKNOWN
    assert len(mended & MISSPELT) >= 30


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("какие алементы платят на двоих детей", "какие алименты платят на двоих детей"),
        ("жосткий  диск?", "жёсткий  диск?"),
        ("Пачему небо голубое", "Почему небо голубое"),
        ("ghbdtn vbh", "привет мир"),
        ("gjxtve cbyttn gjljcbyjdbr?", "почему синеет подосиновик?"),
        (",jkmifz ht,f!", "большая реба!"),
    ],
)
def test_what_is_offered(query: str, expected: str, analyzer: Analyzer) -> None:
    words = words_of("алименты, жёсткий диск, почему, реба")
    assert suggestion(query, words, analyzer) == expected


@pytest.mark.parametrize(
    "query", ["", "wifi vs lte", "карл xii", "витамин C", "к2 5g", "гиппопотамы", "канченджанги"]
)
def test_what_is_left_alone(query: str, analyzer: Analyzer) -> None:
    words = words_of("Витамин C, Карл XIII, канченджанга")
    assert suggestion(query, words, analyzer) is None


def test_a_latin_word_of_the_corpus_typed_in_russian(analyzer: Analyzer) -> None:
    assert suggestion("пше рги", words_of("git hub"), analyzer) == "git hub"
    assert suggestion("пше рги", words_of("svn"), analyzer) is None
    assert suggestion("установить здфнцкшпре", words_of("playwright"), analyzer) == (
        "установить playwright"
    )


def test_nearer_then_same_first_letter_then_frequent(analyzer: Analyzer) -> None:
    assert suggestion("фыркозавр", words_of("фыркозавры фыркозаврам"), analyzer) is None
    assert suggestion("бланф", words_of("клан кланф планф планф бланк"), analyzer) == "бланк"
    assert suggestion("бланф", words_of("кланф планф планф"), analyzer) == "планф"


@pytest.fixture(scope="module")
def typos(demo_words: CorpusWords, analyzer: Analyzer) -> list[tuple[str, str]]:
    """A hundred (typo, word) that neither corpus nor dictionary knows, words being the corpus's."""
    words = sorted({w for q in QUERIES for w in folded_words(q) if w.isalpha() and len(w) >= 5})
    known = [word for word in words if demo_words.knows(word)]
    random_ = random.Random(2026)

    def draw() -> Iterator[tuple[str, str]]:
        while True:
            word = random_.choice(known)
            typo = mistyped(word, random_)
            if not (demo_words.knows(typo) or analyzer.knows(typo)):
                yield typo, word

    pairs = draw()
    return [next(pairs) for _ in range(100)]


def mistyped(word: str, random_: random.Random) -> str:
    place = random_.randrange(1, len(word) - 1)
    letter = random_.choice("абвгдежзийклмнопрстуфхцчшщыьэюя")
    head, here, tail = word[:place], word[place], word[place + 1 :]
    return random_.choice(
        [
            head + tail,
            head + tail[0] + here + tail[1:],
            head + letter + tail,
            head + letter + here + tail,
        ]
    )


def test_most_typos_are_mended(
    typos: list[tuple[str, str]], demo_words: CorpusWords, analyzer: Analyzer
) -> None:
    offers = [suggestion(typo, demo_words, analyzer) or "" for typo, _ in typos]
    mended = sum(
        folded_words(offer) == [word] for offer, (_, word) in zip(offers, typos, strict=True)
    )
    assert mended >= 85  # 94 when written


def test_a_query_in_the_wrong_layout_comes_back(
    demo_words: CorpusWords, analyzer: Analyzer
) -> None:
    for query in ("строение митохондрии", "суточная норма кальция", "кто открыл уран"):
        assert suggestion(in_english_layout(query), demo_words, analyzer) == query
