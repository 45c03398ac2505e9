"""The tokenizer: which words become which lemmas, and where they stand."""

import json
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pymorphy3
import pytest

from index.analyzer import Analyzer, Token
from index.stop_words import STOP_WORDS
from search.settings import ROOT

ACUTE, GRAVE, BREVE, DIAERESIS = "\u0301", "\u0300", "\u0306", "\u0308"
SOFT_HYPHEN = "\u00ad"


@pytest.fixture(scope="module")
def demo_texts() -> list[str]:
    lines = (ROOT / "data" / "demo" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [f"{row['title']}\n{row['text']}" for row in rows]


@pytest.mark.parametrize(
    ("text", "lemmas"),
    [
        ("", []),
        (" \t\n\u00a0", []),
        ("…!?—«»", []),
        ("😀 👍🏽 ❤️", []),
        ("Кошки жили на диванах", ["кошка", "жить", "диван"]),
        ("слово—слово слово–слово", ["слово"] * 4),
        ("snake_case", ["snake", "case"]),
        ("Windows и PYTHON", ["windows", "python"]),
        ("ГОСТ 12.1.004-91", ["гост", "12.1.004", "91"]),
    ],
)
def test_text_becomes_lower_case_lemmas(analyzer: Analyzer, text: str, lemmas: list[str]) -> None:
    assert analyzer.lemmas(text) == lemmas


@pytest.mark.parametrize("form", ["стали", "душ", "мыла", "пила", "берегу", "косой", "вести"])
def test_ambiguous_form_gets_the_most_probable_lemma(analyzer: Analyzer, form: str) -> None:
    parses = pymorphy3.MorphAnalyzer().parse(form)
    assert len({parse.normal_form for parse in parses}) > 1
    assert analyzer.lemmas(form) == [parses[0].normal_form]


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("ёлка", "елка"),
        ("елка", "елка"),
        ("ЁЛКИ", "елка"),
        ("жёлтый", "желтый"),
        ("желтого", "желтый"),
        ("пёс", "пес"),
        ("мёдом", "мед"),
        ("Ё", "е"),
    ],
)
def test_yo_is_folded_into_ye(analyzer: Analyzer, text: str, lemma: str) -> None:
    assert analyzer.lemmas(text) == [lemma]


@pytest.mark.parametrize(
    ("with_short_i", "with_i", "lemmas"),
    [
        ("война", "воина", ("война", "воин")),
        ("йод", "иод", ("йод", "иод")),
        ("йогурт", "иогурт", ("йогурт", "иогурт")),
    ],
)
def test_short_i_is_a_letter_of_its_own(
    analyzer: Analyzer, with_short_i: str, with_i: str, lemmas: tuple[str, str]
) -> None:
    assert (*analyzer.lemmas(with_short_i), *analyzer.lemmas(with_i)) == lemmas


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (f"и{BREVE}од", Token("йод", 0, 4)),
        (f"Вои{BREVE}ны", Token("война", 0, 6)),
        (f"е{DIAERESIS}лка", Token("елка", 0, 5)),
        (f"ЖЕ{DIAERESIS}ЛТЫИ{BREVE}", Token("желтый", 0, 8)),
    ],
)
def test_decomposed_letters_are_composed(analyzer: Analyzer, text: str, token: Token) -> None:
    assert analyzer.tokens(text) == [token]


def test_canonically_equal_texts_have_equal_lemmas(
    analyzer: Analyzer, demo_texts: list[str]
) -> None:
    for text in demo_texts:
        decomposed = unicodedata.normalize("NFD", text)
        assert len(decomposed) > len(text)
        assert analyzer.lemmas(decomposed) == analyzer.lemmas(text)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (f"за{ACUTE}мок", Token("замок", 0, 6)),
        (f"замо{ACUTE}к", Token("замок", 0, 6)),
        (f"О{ACUTE}ПЫТА", Token("опыт", 0, 6)),
        (f"мо{ACUTE}ло{ACUTE}ко{ACUTE}", Token("молоко", 0, 9)),
        (f"е{GRAVE}лектростанции", Token("електростанция", 0, 15)),
        (f"Ивано{ACUTE}в", Token("иванов", 0, 7)),
        (f"се{GRAVE}веро-восто{ACUTE}к", Token("северо-восток", 0, 15)),
        ("\u0450лка", Token("елка", 0, 4)),
        ("\u0400ЛКА", Token("елка", 0, 4)),
        ("кн\u045dга", Token("книга", 0, 5)),
        (f"е{DIAERESIS}{ACUTE}лка", Token("елка", 0, 6)),
    ],
)
def test_stress_marks_are_dropped_and_counted_in_the_span(
    analyzer: Analyzer, text: str, token: Token
) -> None:
    assert analyzer.tokens(text) == [token]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (f"мо{SOFT_HYPHEN}ло{SOFT_HYPHEN}ком", [Token("молоко", 0, 9)]),
        (f"МО{SOFT_HYPHEN}ЛО{ACUTE}КО", [Token("молоко", 0, 8)]),
        (f"се{SOFT_HYPHEN}веро-вос{SOFT_HYPHEN}тока", [Token("северо-восток", 0, 16)]),
        (f"ко{SOFT_HYPHEN}то{SOFT_HYPHEN}рый", []),
        (SOFT_HYPHEN, []),
    ],
)
def test_soft_hyphens_are_dropped_and_counted_in_the_span(
    analyzer: Analyzer, text: str, tokens: list[Token]
) -> None:
    assert analyzer.tokens(text) == tokens


def test_a_stress_on_any_vowel_leaves_the_lemmas_alone(
    analyzer: Analyzer, demo_texts: list[str]
) -> None:
    for text in demo_texts[:40]:
        stressed = "".join(c + ACUTE if c in "аеиоуыэюя" else c for c in text)
        assert analyzer.lemmas(stressed) == analyzer.lemmas(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("северо-востоке", [Token("северо-восток", 0, 14)]),
        ("северо\u2010востоке", [Token("северо-восток", 0, 14)]),
        ("северо\u2011востоке", [Token("северо-восток", 0, 14)]),
        ("чёрно-белого", [Token("черно-белый", 0, 12)]),
        ("диван-кровать", [Token("диван", 0, 5), Token("кровать", 6, 13)]),
        ("диван\u2011кровать", [Token("диван", 0, 5), Token("кровать", 6, 13)]),
        ("русско-английский", [Token("русско", 0, 6), Token("английский", 7, 17)]),
        ("IT-отдела", [Token("it", 0, 2), Token("отдел", 3, 9)]),
        ("COVID-19", [Token("covid", 0, 5), Token("19", 6, 8)]),
        ("-слово- --", [Token("слово", 1, 6)]),
    ],
)
def test_hyphenated_word_is_one_token_when_the_dictionary_knows_it(
    analyzer: Analyzer, text: str, tokens: list[Token]
) -> None:
    assert analyzer.tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("cкачать", "скачать"),
        ("Москвa", "москва"),
        ("HOBOCTИ", "новость"),
        ("Zорро", "zорро"),
        ("Zеpкало", "zеpкало"),
        ("MOCKBA", "mockba"),
        ("macka", "macka"),
        ("H2O", "h2o"),
        ("CO2", "co2"),
        ("СО2", "со2"),
    ],
)
def test_look_alikes_are_mended_in_cyrillic_words_only(
    analyzer: Analyzer, text: str, lemma: str
) -> None:
    assert analyzer.lemmas(text) == [lemma]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("1,5", [Token("1.5", 0, 3)]),
        ("1.5", [Token("1.5", 0, 3)]),
        ("0,05%", [Token("0.05", 0, 4)]),
        ("1999.", [Token("1999", 0, 4)]),
        ("1..2", [Token("1", 0, 1), Token("2", 3, 4)]),
        ("10 000", [Token("10", 0, 2), Token("000", 3, 6)]),
        ("30-40", [Token("30", 0, 2), Token("40", 3, 5)]),
        ("№5", [Token("5", 1, 2)]),
        ("12:30", [Token("12", 0, 2), Token("30", 3, 5)]),
        ("01.02.2024", [Token("01.02.2024", 0, 10)]),
        ("1,000,000", [Token("1.000.000", 0, 9)]),
        ("1,5-2 л", [Token("1.5", 0, 3), Token("2", 4, 5), Token("л", 6, 7)]),
    ],
)
def test_numbers_are_kept_with_a_decimal_point(
    analyzer: Analyzer, text: str, tokens: list[Token]
) -> None:
    assert analyzer.tokens(text) == tokens


@pytest.mark.parametrize("text", ["3.14м", "3,14м", "12.5кг", "1.25GHz"])
def test_number_before_letters_is_not_cut_between_digits(analyzer: Analyzer, text: str) -> None:
    tokens = analyzer.tokens(text)
    found = [run for t in tokens for run in re.findall(r"\d+", text[t.start : t.end])]
    assert found == re.findall(r"\d+", text)
    number, word = (token.lemma for token in tokens)
    assert number.replace(".", "").isdecimal()
    assert word[-1].isalpha()


@pytest.mark.parametrize(
    "text",
    ["и в не на", "ему её которых", "была будут есть", "Какая? Каким? Почему?", "ЧТО-НИБУДЬ из-за"],
)
def test_function_words_are_left_out_in_every_form(analyzer: Analyzer, text: str) -> None:
    assert analyzer.tokens(text) == []


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
def test_every_function_word_is_left_out_as_it_is_written(analyzer: Analyzer, word: str) -> None:
    assert analyzer.tokens(word) == []
    assert analyzer.tokens(word.upper()) == []


@pytest.mark.parametrize("word", ["нет", "время", "год", "первый", "человек"])
def test_words_people_ask_about_are_no_function_words(analyzer: Analyzer, word: str) -> None:
    assert analyzer.lemmas(word) == [word]


def test_tokens_stand_in_order_where_their_words_are(
    analyzer: Analyzer, demo_texts: list[str]
) -> None:
    text = "Ёлки и сосны, 1,5 м"
    assert [(t.lemma, text[t.start : t.end]) for t in analyzer.tokens(text)] == [
        ("елка", "Ёлки"),
        ("сосна", "сосны"),
        ("1.5", "1,5"),
        ("м", "м"),
    ]
    for text in demo_texts:
        end = 0
        for token in analyzer.tokens(text):
            assert end <= token.start < token.end <= len(text)
            assert text[token.start] not in " -" and text[token.end - 1] not in " -.,"
            end = token.end


def test_every_lemma_is_folded_and_no_function_word(
    analyzer: Analyzer, demo_texts: list[str]
) -> None:
    lemmas = {lemma for text in demo_texts for lemma in analyzer.lemmas(text)}
    assert len(lemmas) > 5000
    assert not [lemma for lemma in lemmas if lemma != lemma.lower() or "ё" in lemma]
    assert not lemmas & STOP_WORDS


def test_cached_word_forms_repeat_the_first_answer(
    demo_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Analyzer()
    first = [fresh.tokens(text) for text in demo_texts[:50]]
    monkeypatch.delattr(pymorphy3.MorphAnalyzer, "parse")
    assert [fresh.tokens(text) for text in demo_texts[:50]] == first


def test_threads_share_one_analyzer(demo_texts: list[str]) -> None:
    alone, shared = Analyzer(), Analyzer()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(shared.lemmas, demo_texts[:100] * 2))
    assert found == [alone.lemmas(text) for text in demo_texts[:100]] * 2


def test_fingerprint_repeats_and_follows_the_rules(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = analyzer.fingerprint
    assert len(original) == 64
    assert Analyzer().fingerprint == original
    with monkeypatch.context() as changed:
        changed.setattr("index.analyzer.VERSION", "next")
        other_version = analyzer.fingerprint
    with monkeypatch.context() as changed:
        changed.setattr("index.analyzer.STOP_WORDS", STOP_WORDS | {"рыба"})
        other_stop_words = analyzer.fingerprint
    assert len({original, other_version, other_stop_words}) == 3
    assert analyzer.fingerprint == original
