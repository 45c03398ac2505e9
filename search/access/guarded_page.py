"""The page that asks for a role before it runs a function, and shows each role its own part."""

from contextvars import ContextVar
from functools import cache
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.data_classes import BlocksConfigDict, Page

from search.access.functions import function_role
from search.access.roles import Person, Role
from search.access.texts import in_both

REQUESTER: ContextVar[Person | None] = ContextVar("requester", default=None)
"""Who sent the HTTP request that is answered; None outside of one."""
_NOBODY = Person("", Role.NOBODY)
_STUB = ("id", "type", "skip_api")
"""What is told of a component in a closed tab."""


class GuardedPage(gr.Blocks):
    """`gr.Blocks` that checks roles where every call comes by, whichever route brought it.

    Without `guarded` everybody may do all.
    """

    def __init__(self, guarded: bool = False, **options: Any) -> None:  # noqa: ANN401 -- of Blocks
        self.guarded = guarded
        self.tab_roles: dict[int, Role] = {}
        """Id of a tab's component -> the lowest role that sees it."""
        super().__init__(**options)

    @property
    def config(self) -> BlocksConfigDict:
        """What the browser draws: of the whole page, the part that the requester may use."""
        person = REQUESTER.get()
        return self._whole if person is None or not self.guarded else self._part(person.role)

    @config.setter
    def config(self, whole: BlocksConfigDict) -> None:
        self._whole = whole
        self._part = cache(self._part_for)

    def closed_to(self, person: Person) -> frozenset[int]:
        """Ids of the components in tabs that the person does not see."""
        if not self.guarded:
            return frozenset()
        closed = {tab for tab, lowest in self.tab_roles.items() if person.role < lowest}
        return frozenset(_ids_within(self._whole["layout"], closed))

    async def process_api(
        self,
        block_fn: BlockFunction | int,
        *arguments: Any,  # noqa: ANN401 -- passed on
        **options: Any,  # noqa: ANN401 -- passed on
    ) -> dict[str, Any]:
        """Run a function for whoever may; for others raises `gr.Error` before it reads an input."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        if self.guarded and function.fn:
            check(requester(options.get("request")), function_role(function.fn))
        return await super().process_api(function, *arguments, **options)

    def _part_for(self, role: Role) -> BlocksConfigDict:
        """The configuration without the tabs closed to `role` and the events it may not start.

        A click in an open tab stays, and what programs call: whoever may not is told why.
        """
        whole, gone = self._whole, self.closed_to(Person("", role))

        def stays(dependency: dict[str, Any]) -> bool:
            function = self.fns[dependency["id"]].fn
            clicked = any(on == "click" and of not in gone for of, on in dependency["targets"])
            told = clicked or dependency["api_visibility"] == "public"
            return function is None or role >= function_role(function) or told

        dependencies = [each for each in whole["dependencies"] if stays(each)]
        start = whole["page"][""]
        part: Page = {
            "layout": _without(start["layout"], gone),
            "components": [each for each in start["components"] if each not in gone],
            "dependencies": [each["id"] for each in dependencies],
        }
        # `gradio_client` asks for the type of every component that an event has as its output.
        components = [
            {name: each[name] for name in _STUB} if each["id"] in gone else each
            for each in whole["components"]
        ]
        return {
            **whole,
            "layout": part["layout"],
            "components": components,
            "dependencies": dependencies,
            "page": {"": part},
        }


def check(person: Person, role: Role) -> None:
    """Raises `gr.Error`, which says what is missing, unless `person` has the role."""
    if person.role < role:
        raise gr.Error(refusal(person, role), duration=8, print_exception=False)


def refusal(person: Person, role: Role) -> str:
    """Why something is refused, in both languages."""
    return in_both("not_allowed" if person.name else "sign_in_first", role)


def requester(request: gr.Request | list[gr.Request] | None) -> Person:
    """Whom the gate found behind a call; nobody when it did not come through the gate."""
    one = request[0] if isinstance(request, list) and request else request
    inner = getattr(one, "request", None)
    found = getattr(inner.state, "person", None) if inner else None
    return found if isinstance(found, Person) else _NOBODY


def _ids_within(node: Any, roots: set[int], inside: bool = False) -> set[int]:  # noqa: ANN401 -- JSON
    """Ids of the layout's nodes at or below one of `roots`."""
    inside = inside or node["id"] in roots
    below = (_ids_within(child, roots, inside) for child in node.get("children", ()))
    return ({node["id"]} if inside else set()).union(*below)


def _without(node: Any, gone: frozenset[int]) -> Any:  # noqa: ANN401 -- JSON
    if "children" not in node:
        return node
    kept = [_without(child, gone) for child in node["children"] if child["id"] not in gone]
    return {**node, "children": kept}
