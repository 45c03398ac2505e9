"""What an action came to: its result, or the one line of an error of ours."""

from collections.abc import Callable

import gradio as gr

from index.errors import RetrievalError


def outcome(action: Callable[[], object]) -> object:
    """The result, or kind and message of an error a person is told; any other error escapes."""
    try:
        return action()
    except (RetrievalError, gr.Error) as error:
        message = error.message if isinstance(error, gr.Error) else str(error)
        assert message.strip() and len(message.splitlines()) == 1, repr(message)
        return type(error), message
