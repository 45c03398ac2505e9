import json

import pytest
from tokenizers import Tokenizer

from search.settings import ROOT
from search.training.vocabulary import Vocabulary, build_vocabulary

TEXTS = [
    "Пишу письмо. Писали письма, пишем письму.",
    "Люблю книги; книга, книгой. Есть ест.",
    "server 5g",
]
ENGLISH = {"[PAD]": 0, "the": 1, "server": 2, "##s": 3, "2020": 4, "!": 5}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return build_vocabulary([TEXTS], ENGLISH, stems=100)


@pytest.fixture(scope="module")
def embedded() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(ROOT / "data" / "models" / "reranker" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("книгой", ["книг", "##ой"]),
        ("КНИГА", ["книг", "##а"]),
        ("пишем", ["пиш", "##ем"]),
        ("писали", ["писал", "##и"]),
        ("есть", ["есть"]),
        ("server", ["server"]),
    ],
)
def test_a_word_reads_as_stem_and_ending(
    vocabulary: Vocabulary, word: str, pieces: list[str]
) -> None:
    assert vocabulary.tokenizer.encode(word, add_special_tokens=False).tokens == pieces


def test_stems_of_one_verb_share_its_lemma(vocabulary: Vocabulary) -> None:
    assert vocabulary.lemma_of_stem["пиш"] == vocabulary.lemma_of_stem["писал"] == "писать"


def test_sources_weigh_the_same_however_long() -> None:
    long = ["кошка " * 1000 + "собака"]
    short = ["собака"]
    kept = build_vocabulary([long, short], ENGLISH, stems=1).lemma_of_stem
    assert list(kept.values()) == ["собака"]


def test_a_build_repeats_exactly() -> None:
    first, second = (build_vocabulary([TEXTS], ENGLISH, stems=50).tokenizer for _ in range(2))
    assert first.to_str() == second.to_str()


@pytest.mark.parametrize(
    ("text", "same_as"),
    [("ёлка", "елка"), ("Ёлка", "Елка"), ("за\u0301мок", "замок"), ("и\u0306од", "йод")],
)
def test_spellings_that_mean_the_same_read_the_same(
    embedded: Tokenizer, text: str, same_as: str
) -> None:
    assert embedded.encode(text).ids == embedded.encode(same_as).ids


def test_stems_and_endings_read_any_case_alike() -> None:
    encoder = Tokenizer.from_file(str(ROOT / "data" / "models" / "encoder" / "tokenizer.json"))
    assert encoder.encode("МОСКВА").ids == encoder.encode("москва").ids


@pytest.mark.parametrize(("one", "other"), [("край", "краи"), ("мой", "мои"), ("йод", "иод")])
def test_й_is_a_letter_of_its_own(embedded: Tokenizer, one: str, other: str) -> None:
    assert embedded.encode(one).ids != embedded.encode(other).ids


def test_printable_russian_text_has_no_unknown_piece(embedded: Tokenizer) -> None:
    alphabet = "".join(map(chr, range(0x410, 0x450))) + "Ёё"
    signs = "«»„“”‘’—–-…№§%‰°₽€$£+−×÷=≠≤≥±²³½¼/\\|@#&*()[]{}<>^_~`'\"!?;:,."
    text = f"{alphabet} {' '.join(alphabet)} {signs} ABCxyz 1234567890 COVID-19 щщъыь"
    assert "<unk>" not in embedded.encode(text).tokens
    assert embedded.token_to_id("<unk>") is not None


def test_a_thousand_characters_fit_350_tokens(embedded: Tokenizer) -> None:
    corpus = (ROOT / "data" / "demo" / "corpus.jsonl").read_text(encoding="utf-8")
    text = " ".join(json.loads(line)["text"] for line in corpus.splitlines())
    windows = [text[start : start + 1000] for start in range(0, len(text) - 1000, 1000)]
    longest = max(len(embedded.encode(window).ids) for window in windows)
    assert longest <= 350
