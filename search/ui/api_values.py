"""What a program sends to an endpoint is of the types the endpoint names, or is refused by name."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, get_type_hints

import gradio as gr

T = TypeVar("T")

_KINDS: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    str: ("text", lambda value: isinstance(value, str)),
    int: ("a whole number", lambda value: type(value) is int),
    int | None: ("a whole number or null", lambda value: value is None or type(value) is int),
    list[str] | None: (
        "a list of texts or null",
        lambda value: (
            value is None
            or (isinstance(value, list) and all(isinstance(text, str) for text in value))
        ),
    ),
    dict[str, Any]: ("an object", lambda value: isinstance(value, dict)),
}


def with_checked_values(endpoint: Callable[..., T]) -> Callable[..., T]:
    """The endpoint; values of other types reach the client as an error that names them."""
    signature = inspect.signature(endpoint)
    kinds = {name: _KINDS[k] for name, k in get_type_hints(endpoint).items() if k in _KINDS}

    @wraps(endpoint)
    def checked(*args: Any, **kwargs: Any) -> T:  # noqa: ANN401 -- whatever was sent
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            if name in kinds and not kinds[name][1](value):
                raise gr.Error(f"{name} is {repr(value)[:100]}: give {kinds[name][0]}.")
        return endpoint(*args, **kwargs)

    return checked
