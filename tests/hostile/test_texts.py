"""Hostile texts through what splits, marks, shows and writes them."""

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser

from index.analyzer import Analyzer
from index.cells import plain_cell, safe_cell
from index.corpus import MAX_MARKS, Document, clean
from index.passages import Passage, split_document
from search.highlight import best_sentence, matched_spans
from search.hits import Hit, Ranking, Stage
from search.judging.trec_ids import decoded, trec_token, tsv_field
from search.ui.cards import hits_html, message_html
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.texts import RUSSIAN
from tests.hostile.conftest import tries
from tests.hostile.texts import long_texts, short_texts

WINDOW = 60
ANALYZER, OTHER = Analyzer(), Analyzer()
TAGS = frozenset("article blockquote button div h3 mark p section span".split())


@tries(2000, text=short_texts())
def test_tokens_lie_in_the_text_and_are_lemmas(text: str) -> None:
    tokens = ANALYZER.tokens(text)
    assert [token.lemma for token in tokens] == ANALYZER.lemmas(text)
    end = 0
    for token in tokens:
        assert end <= token.start < token.end <= len(text)
        end = token.end
        assert token.lemma and "ё" not in token.lemma
        assert not any(sign.isspace() for sign in token.lemma)
    assert tokens == ANALYZER.tokens(text) == OTHER.tokens(text)


@tries(1000, text=short_texts())
def test_a_cleaned_text_is_clean(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == cleaned.strip() == unicodedata.normalize("NFC", cleaned)
    assert not re.search("[\0\ud800-\udfff]", cleaned)
    marks = "".join("m" if unicodedata.combining(sign) else " " for sign in cleaned)
    assert max(map(len, marks.split()), default=0) <= MAX_MARKS


@tries(1500, title=short_texts(), text=short_texts())
def test_windows_are_parts_of_the_document_and_lose_no_word(title: str, text: str) -> None:
    document = Document("1", clean(title), clean(text))
    passages = list(split_document(document, WINDOW))
    assert len({passage.id for passage in passages}) == len(passages) > 0
    end = 0
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert len(passage.text) <= WINDOW
        assert not document.text[end : passage.start].strip()
        end = max(end, passage.end)
    assert not document.text[end:].strip()


@tries(1500, query=short_texts(), text=short_texts(), name=short_texts())
def test_cards_hold_texts_as_texts(query: str, text: str, name: str) -> None:
    text, name = clean(text), clean(name)
    marked = matched_spans(ANALYZER, query, text)
    assert all(0 <= span.start < span.end <= len(text) for span in marked)
    wanted = set(ANALYZER.lemmas(query))
    assert all(wanted & set(ANALYZER.lemmas(text[span.start : span.end])) for span in marked)
    best = best_sentence(marked, text, ANALYZER)
    assert (best is not None) == bool(marked)
    hit = Hit(
        Passage(name, name, name, text, 0, len(text), name),
        {"bm25": Stage(1, 1.0)},
        highlights=marked,
        best_sentence=best,
    )
    html = hits_html(Ranking(query, (hit,)), RUSSIAN, JUDGE_TEXTS["Русский"], {})
    html += message_html(query)
    page = _Page(html)
    assert page.tags <= TAGS
    assert not page.risky
    assert page.query == query.replace("\r\n", "\n") or "\r" in query or "\0" in query
    assert "{{" not in html and "${" not in html
    assert json.loads(page.hit)["text"] == text


@tries(2000, text=short_texts())
def test_a_cell_runs_no_formula_and_comes_back(text: str) -> None:
    cell = safe_cell(text)
    assert not re.match("[=+\\-@\t\r\n＝＋－＠]", cell)
    assert plain_cell(cell) == text
    table = io.StringIO(newline="")
    csv.writer(table, delimiter=";").writerow([cell, "x"])
    table.seek(0)
    assert next(csv.reader(table, delimiter=";")) == [cell, "x"]


@tries(1000, text=short_texts())
def test_ids_fit_a_column_and_come_back(text: str) -> None:
    name = clean(text)
    token, field = trec_token(name), tsv_field(name)
    assert len(token.split()) == (1 if name else 0)
    assert field.splitlines() in ([field], []) and "\t" not in field
    assert decoded(token) == decoded(field) == name


@tries(120, text=long_texts())
def test_a_megabyte_is_read_in_seconds(text: str) -> None:
    cleaned = clean(text)
    tokens = ANALYZER.tokens(cleaned)
    assert all(0 <= token.start < token.end <= len(cleaned) for token in tokens[-3:])
    passages = list(split_document(Document("1", "", cleaned[:50_000])))
    assert all(len(passage.text) <= 1000 for passage in passages)


class _Page(HTMLParser):
    """Which tags and dangerous attributes a piece of HTML has."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.risky: list[str] = []
        self.query = self.hit = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "href", "srcdoc", "style", "action"):
                self.risky.append(name)
            self.query = (value or "") if name == "data-query" else self.query
            self.hit = (value or "") if name == "data-hit" else self.hit
