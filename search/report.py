"""Rankings and evaluations -> plain text and JSON for the command line and the API."""

from dataclasses import asdict

from search.evaluation import Evaluation
from search.hits import NOTES, STAGES, Hit, Ranking


def ranking_as_json(ranking: Ranking) -> list[dict[str, object]]:
    """One object a hit: id, title, text, highlights, stages — the shape of the /search endpoint."""
    return [hit_as_json(hit) for hit in ranking.hits]


def ranking_as_text(ranking: Ranking) -> str:
    """A ranking for the terminal: title, stages, best sentence of each hit, then the timings."""
    lines = []
    for number, hit in enumerate(ranking.hits, 1):
        lines.append(f"{number}. {hit.passage.title or hit.passage.id}  [{hit.passage.id}]")
        lines.append("   " + " · ".join(_stage_text(hit, stage) for stage in STAGES))
        span = hit.best_sentence
        lines.append(
            "   " + (hit.passage.text[span.start : span.end] if span else hit.passage.text[:200])
        )
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
        "cut": hit.cut,
        "stages": stages,
    }


def _stage_text(hit: Hit, name: str) -> str:
    stage = hit.stages.get(name)
    return f"{name} №{stage.rank} {stage.score:.3g}" if stage else f"{name} —"
