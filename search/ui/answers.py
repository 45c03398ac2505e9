"""A query -> what the page shows of its answer, as it arrives: summary and cards."""

import logging
from collections.abc import Iterator

from search.corpora import HOME, Corpora
from search.errors import JudgingError, QueryError
from search.hits import Ranking
from search.judging.desk import Desk
from search.judging.judgment import Grade
from search.operations.record import note_outcome
from search.ui.attempt import NotReadyError
from search.ui.cards import hits_html, message_html, query_error_html, summary_html
from search.ui.corpora.where import chosen_engine
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.texts import LANGUAGES

logger = logging.getLogger(__name__)

MAX_RESULTS = 100


def answers(
    corpora: Corpora,
    where: str,
    desk: Desk,
    who: str,
    query: str,
    top_k: int,
    sources: list[str],
    spoken: str,
) -> Iterator[tuple[str, str]]:
    """The fused order at once, then the reranked one with the short answer, if there is one.

    Errors come as a message, not a trace.
    """
    texts, judge_texts = LANGUAGES[spoken], JUDGE_TEXTS[spoken]
    if not query.strip():
        yield "", message_html(texts.empty)
        return
    try:
        engine = chosen_engine(corpora, where, spoken)
        first = engine.candidates(query, sources)
        found = len(first.hits)
        more = top_k < min(found, MAX_RESULTS)

        def shown(ranking: Ranking, waiting: bool = False) -> tuple[str, str]:
            # Judgments name passages of the app's own corpus only: no grades elsewhere. Read anew:
            # some may be given while the reranker reads.
            given = _given(desk, who, ranking.query) if where == HOME else None
            return (
                summary_html(ranking, found, texts, waiting),
                hits_html(ranking, texts, judge_texts, given, more and not waiting),
            )

        yield shown(engine.finish(first, top_k), waiting=bool(found))
        yield shown(engine.answered(engine.finish(engine.rerank(first), top_k)))
    except QueryError as error:
        note_outcome("refused")
        yield "", query_error_html(error, texts)
    except NotReadyError as error:
        note_outcome("refused")
        yield "", message_html(str(error), "message error")
    except Exception:
        logger.exception("a search failed")
        note_outcome("failed")
        yield "", message_html(texts.other_failure, "message error")


def _given(desk: Desk, who: str, query: str) -> dict[str, Grade | None]:
    """The grades the person gave before; a database that fails stops no search."""
    try:
        return desk.store.grades_of(who, query) if who else {}
    except JudgingError:
        logger.exception("the grades given before can't be read")
        return {}
