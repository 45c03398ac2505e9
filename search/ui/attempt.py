"""What a person asked of the page -> its answer: the result, or the reason why there is none."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import RetrievalError
from search.operations.record import Outcome, note_outcome
from search.ui.cards import message_html
from search.ui.texts import LANGUAGES

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """What was asked can't be done as it stands; the message is in the page's language."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show, and whether what was asked got done."""

    html: str
    done: bool = True


def attempt(
    action: Callable[[], str], language: str, failure: str = "{error}", file: str | None = None
) -> Answer:
    """The HTML that `action` returns, or a message; never an exception.

    `failure` puts an error's own words into a sentence of the page. `file` is an uploaded one:
    messages name it as the person does, not by its place on the server.
    """
    try:
        return Answer(action())
    except NotReadyError as error:
        return _refused(str(error))
    except RetrievalError as error:
        why = str(error).replace(file, Path(file).name) if file else str(error)
        return _refused(failure.format(error=why))
    except Exception:
        logger.exception("an action of the page failed")
        return _refused(LANGUAGES[language].action_failed, "failed")


def _refused(message: str, outcome: Outcome = "refused") -> Answer:
    note_outcome(outcome)
    return Answer(message_html(message, "message error"), done=False)
