"""Explanation -> HTML: its verdict, the words and what they weigh, the rank at every stage."""

from search.explain import Explanation
from search.hits import STAGES
from search.ui.escaping import escaped
from search.ui.explain.texts import ExplainTexts
from search.ui.quality.table import line_html, table_html

CSS = """
.explained { border: 1px solid var(--border-color-primary); border-radius: 10px; margin: 8px 0;
  padding: 10px 14px; font-size: 0.92em; overflow-x: auto; }
.explained h4, .explained p { margin: 4px 0; overflow-wrap: anywhere; }
.explained table { border: 0; border-collapse: collapse; width: auto; margin: 6px 0; }
.explained tr { border: 0; }
.explained th, .explained td { padding: 2px 10px 2px 0; border: 0; text-align: left; }
.explained .figure { text-align: right; font-variant-numeric: tabular-nums; }
"""


def explanation_html(explanation: Explanation, texts: ExplainTexts) -> str:
    """The whole explanation of one passage."""
    title = escaped(explanation.passage.title or explanation.passage.id)
    parts = [
        f"<h4>{title}</h4>",
        *(line_html(line) for line in _verdict(explanation, texts)),
        _words_html(explanation, texts),
        *(line_html(line) for line in _remarks(explanation, texts)),
        _stages_html(explanation, texts),
    ]
    return f'<div class="explained">{"".join(parts)}</div>'


def _verdict(explanation: Explanation, texts: ExplainTexts) -> list[str]:
    said = texts.lost_at[explanation.lost_at] if explanation.lost_at else texts.shown
    lines = [said.format(place=explanation.place)]
    if whole := explanation.whole_ranks:
        for name, rank in (("bm25", whole.bm25), ("dense", whole.dense)):
            line = texts.no_rank if rank is None else texts.whole_rank
            lines.append(line.format(stage=texts.stages[name], rank=rank))
    return lines


def _words_html(explanation: Explanation, texts: ExplainTexts) -> str:
    if not explanation.words:
        return line_html(texts.no_words)
    rows = [(w.text, w.lemma, str(w.passages), f"{w.bm25:.2f}") for w in explanation.words]
    total = (texts.total, "", "", f"{explanation.bm25:.2f}")
    head = (texts.word, texts.lemma, texts.passages, texts.bm25)
    return table_html(head, [*rows, total], left=2)


def _remarks(explanation: Explanation, texts: ExplainTexts) -> list[str]:
    lines = []
    if explanation.left_out:
        lines.append(texts.left_out.format(words=", ".join(explanation.left_out)))
    if explanation.cosine is None:
        lines.append(texts.no_cosine)
    else:
        lines.append(texts.cosine.format(cosine=f"{explanation.cosine:.3f}"))
    if explanation.logit is not None:
        lines.append(
            texts.sum_of_score.format(
                logit=f"{explanation.logit:.2f}",
                bm25=f"{explanation.bm25_share:.2f}",
                dense=f"{explanation.dense_share:.2f}",
                score=f"{explanation.stages['reranked'].score:.2f}",
            )
        )
    if explanation.cut:
        lines.append(texts.cut)
    return lines


def _stages_html(explanation: Explanation, texts: ExplainTexts) -> str:
    """A stage that did not see the passage shows a dash, never a zero."""
    rows = []
    for name in STAGES:
        stage = explanation.stages.get(name)
        figures = (str(stage.rank), f"{stage.score:.3f}") if stage else ("—", "—")
        rows.append((texts.stages[name], *figures))
    return table_html((texts.stage, texts.place, texts.score), rows)
