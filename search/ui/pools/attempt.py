"""What a button does -> what the page says of it: the result, or the reason why there is none."""

import logging
from collections.abc import Callable
from pathlib import Path

from index.errors import RetrievalError
from search.ui.cards import message_html
from search.ui.pools.texts import PoolsTexts

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """The form can't be used as it is filled in; the message is in the page's language."""


def attempt(action: Callable[[], str], texts: PoolsTexts, file: str | None = None) -> str:
    """HTML that `action` returns, or a message; never an exception.

    `file` is an uploaded one: messages name it as the person does, not by its place on the server.
    """
    try:
        return action()
    except NotReadyError as error:
        return message_html(str(error), "message error")
    except RetrievalError as error:
        why = str(error).replace(file, Path(file).name) if file else str(error)
        return message_html(f"{texts.failure} {why}".strip(), "message error")
    except Exception:
        logger.exception("an action of the pools tab failed")
        return message_html(texts.other_failure, "message error")
