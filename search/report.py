"""Rankings and evaluations -> plain text and JSON for the command line and the API."""

from dataclasses import asdict

from index.sentences import Span
from search.evaluation import Evaluation
from search.hits import NOTES, STAGES, Hit, Ranking


def ranking_as_json(ranking: Ranking) -> list[dict[str, object]]:
    """One object a hit: id, title, text, highlights, stages — the shape of the /search endpoint.

    `answer` is the short answer's sentence in the first hit, null where there is none.
    """
    hits: list[dict[str, object]] = [hit_as_json(hit) | {"answer": None} for hit in ranking.hits]
    if ranking.answer:
        hits[0]["answer"] = _part(ranking.hits[0], ranking.answer)
    return hits


def ranking_as_text(ranking: Ranking) -> str:
    """For the terminal: the short answer, each hit's title, stages and best sentence, the times."""
    lines = []
    if ranking.answer:
        first = ranking.hits[0]
        lines.append(
            f"Answer (probability {first.probability:.2f}): {_part(first, ranking.answer)}"
        )
    for number, hit in enumerate(ranking.hits, 1):
        lines.append(f"{number}. {hit.passage.title or hit.passage.id}  [{hit.passage.id}]")
        lines.append("   " + " · ".join(_stage_text(hit, stage) for stage in STAGES))
        span = hit.best_sentence
        lines.append("   " + (_part(hit, span) if span else hit.passage.text[:200]))
    if not ranking.hits:
        lines.append("Nothing found.")
    lines += [f"Note: {NOTES[note]}." for note in ranking.notes]
    lines.append(" · ".join(f"{stage} {1000 * s:.0f} ms" for stage, s in ranking.seconds.items()))
    return "\n".join(lines)


def evaluation_as_text(evaluation: Evaluation) -> str:
    """The table of stages, values ×100."""
    metrics = list(next(iter(evaluation.stages.values())))
    rows = [f"{evaluation.set}: {evaluation.queries} queries, {evaluation.passages} passages"]
    rows.append(f"{'stage':<10}" + "".join(f"{metric:>12}" for metric in metrics))
    for stage, values in evaluation.stages.items():
        rows.append(
            f"{stage:<10}" + "".join(f"{100 * values[metric]:>12.1f}" for metric in metrics)
        )
    return "\n".join(rows)


def hit_as_json(hit: Hit) -> dict[str, object]:
    """A hit: id, title, text, highlights, stages; a stage that did not see it has no entry."""
    stages = {name: asdict(hit.stages[name]) for name in STAGES if name in hit.stages}
    return {
        "id": hit.passage.id,
        "title": hit.passage.title,
        "source": hit.passage.source,
        "text": hit.passage.text,
        "highlights": [[span.start, span.end] for span in hit.highlights],
        "best_sentence": [hit.best_sentence.start, hit.best_sentence.end]
        if hit.best_sentence
        else None,
        "logit": hit.logit,
        "probability": hit.probability,
        "cut": hit.cut,
        "stages": stages,
    }


def _part(hit: Hit, span: Span) -> str:
    return hit.passage.text[span.start : span.end]


def _stage_text(hit: Hit, name: str) -> str:
    stage = hit.stages.get(name)
    return f"{name} №{stage.rank} {stage.score:.3g}" if stage else f"{name} —"
