"""Which words and which sentence of a passage answer to the query: spans, never markup."""

from index.analyzer import Analyzer
from index.sentences import Span, sentence_spans


def matched_spans(analyzer: Analyzer, query: str, text: str) -> tuple[Span, ...]:
    """Words of `text` whose lemma the query contains, in order.

    >>> a = Analyzer()
    >>> [("Озёра глубоки."[s.start:s.end]) for s in matched_spans(a, "озеро", "Озёра глубоки.")]
    ['Озёра']
    """
    wanted = set(analyzer.lemmas(query))
    return tuple(Span(t.start, t.end) for t in analyzer.tokens(text) if t.lemma in wanted)


def best_sentence(matches: tuple[Span, ...], text: str, analyzer: Analyzer) -> Span | None:
    """The sentence with the most different matched lemmas; earlier wins; None without a match."""
    best: Span | None = None
    most = 0
    for sentence in sentence_spans(text):
        inside = [m for m in matches if sentence.start <= m.start < sentence.end]
        lemmas = {lemma for m in inside for lemma in analyzer.lemmas(text[m.start : m.end])}
        if len(lemmas) > most:
            best, most = sentence, len(lemmas)
    return best
