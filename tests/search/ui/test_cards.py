import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import read_corpus
from index.encoder import Encoder
from index.passages import Passage
from index.sentences import Span
from search.engine import Engine
from search.errors import QueryError
from search.highlight import best_sentence, matched_spans
from search.hits import NOTES, Hit, Ranking, Stage
from search.judging.judgment import text_hash
from search.settings import Settings
from search.ui.cards import hits_html, message_html, query_error_html, summary_html
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.texts import ENGLISH, LANGUAGES, RUSSIAN, Texts

ATTRIBUTES = {
    "article": ["data-id", "data-seen", "data-hit"],
    "button": [
        *("type", "class", "data-grade", "data-take", "data-done", "data-why"),
        *("aria-pressed", "title", "aria-label"),
    ],
    "blockquote": [],
    "div": ["class", "role", "title", "aria-label", "data-query"],
    "h3": ["id", "tabindex"],
    "mark": [],
    "p": [],
    "section": ["class", "aria-label"],
    "span": ["class", "title"],
}
HOSTILE = (
    "<script>alert('кит')</script>",
    '<img src=x onerror="alert(1)"> кит',
    "</p></article></div><iframe src=//evil></iframe> кит",
    '" onmouseover="alert(1)" кит="',
    "' onfocus='alert(1)' кит",
    "{{кит}} {{constructor.constructor('alert(1)')()}}",
    "${кит} ${alert(1)} $кит",
    "{% кит %} {кит!r} {0}",
    "&lt;b&gt; &amp; &#60;кит&#62; & <",
    "<!-- кит --> <![CDATA[ кит ]]> <?кит?>",
    "<кит><<кит>><mark>кит</mark>",
    "кит\u202eтик\u2066 \ufffd <\u0441cript>",
)
texts_of_both = pytest.mark.parametrize("texts", [RUSSIAN, ENGLISH], ids=["ru", "en"])


class Markup(HTMLParser):
    """What a browser would make of the cards: elements in order, and the text inside each kind."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        kind = dict(attrs).get("class") or tag
        self._open.append((tag, kind))
        self.text.setdefault(kind, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for kind in {kind for _, kind in self._open}:
            self.text[kind][-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def only_ours(self) -> bool:
        return all(set(attrs) <= set(ATTRIBUTES[tag]) for tag, attrs in self.elements)


def hit(text: str, title: str = "", identity: str = "1", query: str = "", **stages: Stage) -> Hit:
    analyzer = Analyzer()
    matches = matched_spans(analyzer, query, text)
    return Hit(
        Passage(identity, identity, title, text, 0, len(text)),
        stages,
        highlights=matches,
        best_sentence=best_sentence(matches, text, analyzer),
    )


def cards(ranking: Ranking, texts: Texts) -> str:
    spoken = JUDGE_TEXTS["Русский"] if texts is RUSSIAN else JUDGE_TEXTS["English"]
    return hits_html(ranking, texts, spoken, {})


def ranking(*hits: Hit, **seconds: float) -> Ranking:
    return Ranking("кит", hits, seconds)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_title_and_id_reach_the_page_as_text(text: str) -> None:
    shown = hit(text, title=text, identity=text, query="кит", bm25=Stage(1, 2.0))
    html = cards(ranking(shown), RUSSIAN)
    markup = Markup(html)
    assert markup.only_ours()
    assert [tag for tag, _ in markup.elements].count("article") == 1
    assert markup.text["p"] == [text]
    assert markup.text["h3"] == [f"1.{text}"]
    (article,) = (attributes for tag, attributes in markup.elements if tag == "article")
    exported = json.loads(article.pop("data-hit") or "")
    assert (exported["id"], exported["title"], exported["text"]) == (text, text, text)
    assert article == {"data-id": text, "data-seen": text_hash(f"{text}\n{text}")}
    assert markup.text["mark"] == ["кит"] * len(shown.highlights)
    assert not set(html) & set("{}$")


@pytest.mark.parametrize("text", HOSTILE)
def test_messages_reach_the_page_as_text(text: str) -> None:
    html = message_html(text)
    markup = Markup(html)
    assert markup.elements == [("div", {"class": "message", "role": "status"})]
    assert markup.text["message"] == [text]
    assert not set(html) & set("{}$")


def test_a_hostile_corpus_met_by_a_hostile_query_stays_text(
    tmp_path: Path, encoder: Encoder, analyzer: Analyzer, settings: Settings
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    rows = [{"_id": f"{n}{t}", "title": t, "text": f"{t}\0\ud83d"} for n, t in enumerate(HOSTILE)]
    corpus.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    build_index(read_corpus(corpus), tmp_path / "index", encoder, analyzer, progress=False)
    engine = Engine.open(tmp_path / "index", replace(settings, rerank_depth=2))
    for query in HOSTILE:
        found = engine.search(query, 50)
        assert len(found.hits) == len(HOSTILE)
        html = cards(found, RUSSIAN) + summary_html(found, 12, RUSSIAN)
        markup = Markup(html)
        assert markup.only_ours()
        assert markup.text["p"] == [h.passage.text for h in found.hits]
        assert not set(html) & set("{}$")


def test_matched_words_are_marked_and_the_best_sentence_is_underlined() -> None:
    text = "Тут пусто. Синий кит и киты. И ещё кит."
    html = cards(ranking(hit(text, query="синий кит")), RUSSIAN)
    markup = Markup(html)
    assert markup.text["mark"] == ["Синий", "кит", "киты", "кит"]
    assert markup.text["best"] == ["Синий кит и киты."]
    assert markup.text["p"] == [text]
    hint = RUSSIAN.best_sentence
    assert (
        f'Тут пусто. <span class="best" title="{hint}"><mark>Синий</mark> <mark>кит</mark> '
        "и <mark>киты</mark>.</span> И ещё <mark>кит</mark>." in html
    )


def test_a_passage_without_a_match_is_shown_whole_and_unmarked() -> None:
    markup = Markup(cards(ranking(hit("Медведь & мёд.")), RUSSIAN))
    assert markup.text["p"] == ["Медведь & мёд."]
    assert "mark" not in markup.text
    assert "best" not in markup.text


def test_words_outside_the_best_sentence_are_marked_at_both_ends() -> None:
    text = "кит. кит море. кит"
    spans = (Span(0, 3), Span(5, 8), Span(9, 13), Span(15, 18))
    shown = replace(hit(text), highlights=spans, best_sentence=Span(5, 14))
    markup = Markup(cards(ranking(shown), ENGLISH))
    assert markup.text["mark"] == ["кит", "кит", "море", "кит"]
    assert markup.text["best"] == ["кит море."]
    assert markup.text["p"] == [text]


def test_cards_are_numbered_and_a_hit_without_title_shows_its_id() -> None:
    html = cards(ranking(hit("а", title="Киты", identity="w"), hit("б", identity="b")), RUSSIAN)
    assert Markup(html).text["h3"] == ["1.Киты", "2.b"]


@texts_of_both
def test_every_stage_shows_rank_and_score(texts: Texts) -> None:
    shown = hit(
        "кит",
        bm25=Stage(14, 7.257),
        dense=Stage(3, 0.5),
        fused=Stage(2, 1 / (60 + 14) + 1 / (60 + 3)),
        reranked=Stage(1, -1.005),
    )
    names = texts.stages
    assert Markup(cards(ranking(shown), texts)).text["stages"] == [
        f"{names['bm25']} №14 · 7.26{names['dense']} №3 · 0.50"
        f"{names['fused']} №2 · 0.029{names['reranked']} №1 · -1.00"
    ]


@texts_of_both
def test_a_stage_that_did_not_see_the_passage_shows_a_dash_never_a_zero(texts: Texts) -> None:
    html = cards(ranking(hit("кит", dense=Stage(1, 0.25))), texts)
    names = texts.stages
    assert Markup(html).text["stages"] == [
        f"{names['bm25']} —{names['dense']} №1 · 0.25{names['fused']} —{names['reranked']} —"
    ]


@texts_of_both
def test_a_calibrated_hit_shows_its_probability_never_a_certain_one(texts: Texts) -> None:
    shown = [replace(hit("кит"), probability=p) for p in (0.001, 0.874, 0.9999)]
    lines = Markup(cards(ranking(*shown), texts)).text["stages"]
    for line, percent in zip(lines, (1, 87, 99), strict=True):
        assert line.endswith(f" —{texts.probability.format(percent=percent)}")


@texts_of_both
@pytest.mark.parametrize("text", HOSTILE)
def test_the_short_answer_is_a_sentence_word_for_word(texts: Texts, text: str) -> None:
    whole = f"Тут пусто. {text} И ещё."
    sentence = Span(11, 11 + len(text))
    first = replace(hit(whole, title=text, query="кит"), probability=0.87)
    html = cards(replace(ranking(first, hit("б")), answer=sentence), texts)
    markup = Markup(html)
    assert markup.only_ours()
    assert markup.text["blockquote"] == [text]
    assert markup.text["label"] == [
        f"{texts.short_answer} · {texts.probability.format(percent=87)}"
    ]
    assert markup.text["answer"][0].endswith(text)
    assert [attributes["id"] for tag, attributes in markup.elements if tag == "h3"] == [
        "hit-1",
        "hit-2",
    ]
    assert not set(html) & set("{}$")


def test_further_results_are_offered_where_there_are_some() -> None:
    found = ranking(hit("кит"))
    spoken = JUDGE_TEXTS["English"]
    assert Markup(hits_html(found, ENGLISH, spoken, {}, more=True)).text["more"] == [ENGLISH.more]
    assert "more" not in Markup(hits_html(found, ENGLISH, spoken, {})).text


@texts_of_both
def test_a_cut_passage_says_so(texts: Texts) -> None:
    whole, cut = hit("кит"), replace(hit("кит"), cut=True)
    assert Markup(cards(ranking(whole, cut), texts)).text["cut"] == [texts.cut]
    assert "cut" not in Markup(cards(ranking(whole), texts)).text


@texts_of_both
def test_no_hits_are_a_message(texts: Texts) -> None:
    assert cards(ranking(), texts) == message_html(texts.nothing)


@texts_of_both
def test_the_summary_tells_counts_times_and_notes(texts: Texts) -> None:
    found = Ranking("кит", (hit("кит"),), {"bm25": 0.0031, "reranked": 1.5}, tuple(NOTES))
    lines = Markup(summary_html(found, 106, texts)).text["note"]
    first, *notes = lines
    assert first.split(" · ") == [
        texts.summary.format(shown=1, found=106),
        f"{texts.stages['bm25']} 3 {texts.milliseconds}",
        f"{texts.stages['reranked']} 1500 {texts.milliseconds}",
    ]
    assert notes == [texts.notes[note] for note in NOTES]


@texts_of_both
def test_the_summary_says_while_the_reranker_reads(texts: Texts) -> None:
    waiting = Markup(summary_html(ranking(hit("кит")), 1, texts, waiting=True)).text["note"]
    done = Markup(summary_html(ranking(hit("кит")), 1, texts)).text["note"]
    assert waiting == [*done, texts.reranking]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "top_k", "told"),
    [(" ", 1, ()), ("к" * 10_000, 1, ("10000", "1000")), ("кит", 0, ())],
    ids=["empty", "too_long", "top_k"],
)
def test_a_refused_query_is_told_in_the_pages_language(
    small_engine: Engine, query: str, top_k: int, told: tuple[str, ...], language: str
) -> None:
    texts = LANGUAGES[language]
    with pytest.raises(QueryError) as refused:
        small_engine.search(query, top_k)
    markup = Markup(query_error_html(refused.value, texts))
    assert markup.elements == [("div", {"class": "message error", "role": "status"})]
    message = markup.text["message error"][0]
    assert message == texts.query_errors[refused.value.reason].format(**refused.value.values)
    assert all(number in message for number in told)
