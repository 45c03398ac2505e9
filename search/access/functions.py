"""Which role each function of the page takes; one that is not listed takes a lead."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from search.access.roles import Role

_LISTED = {
    Role.VISITOR: {
        "gradio.components.login_button": "_check_login_status",
        "gradio.helpers": "load_example",
        "search.ui.account": "greet",
        "search.ui.compare.tab": "compare say_again",
        "search.ui.explain.dialog": "why_here",
        "search.ui.explain.influence": "moved_by",
        "search.ui.explain.panel": "explain_missing",
        "search.ui.page": "speak",
        "search.ui.query_help": "chosen",
        "search.ui.search_api": "search explain compare",
        "search.ui.search_tab": (
            "answer answer_longer arrive complete offer_sources say_stopped suggest"
        ),
    },
    Role.ANNOTATOR: {
        "search.ui.compare.tab": "vote",
        "search.ui.judge.api": "next_task judge undo",
        "search.ui.judge.tab": "sign_in choose resume act",
        "search.ui.spot_check": "spot_check",
    },
}
_ROLES = MappingProxyType(
    {
        (module, name): role
        for role, modules in _LISTED.items()
        for module, names in modules.items()
        for name in names.split()
    }
)
TAB_ROLES = {"search": Role.VISITOR, "compare": Role.VISITOR, "judge": Role.ANNOTATOR}
"""Of the tabs, by their names; any other is a lead's."""


def function_role(function: Callable[..., Any]) -> Role:
    """The lowest role that may call it."""
    key = (function.__module__, getattr(function, "__name__", ""))
    return _ROLES.get(key, Role.LEAD)
