"""Every word of signing in and of being refused, in Russian and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from search.access.roles import Role


@dataclass(frozen=True, slots=True)
class AccessTexts:
    """One language; `{…}` are filled in where they are shown."""

    code: str
    title: str
    name: str
    password: str
    enter: str
    to_search: str
    sign_in: str
    sign_in_with_hub: str
    sign_out: str
    signed_in: str
    roles: dict[Role, str]
    wrong: str
    wait: str
    sign_in_first: str
    not_allowed: str
    foreign: str


RUSSIAN = AccessTexts(
    code="ru",
    title="Вход",
    name="Имя",
    password="Пароль",
    enter="Войти",
    to_search="К поиску",
    sign_in="Войти",
    sign_in_with_hub="Войти через Hugging Face",
    sign_out="Выйти",
    signed_in="{name} · {role}",
    roles={
        Role.NOBODY: "никто",
        Role.VISITOR: "посетитель",
        Role.ANNOTATOR: "аннотатор",
        Role.LEAD: "ведущий",
    },
    wrong="Имя или пароль не подходят.",
    wait="Слишком часто. Подождите {seconds} с.",
    sign_in_first="Нужен вход: для этого нужна роль «{role}».",
    not_allowed="Не разрешено: для этого нужна роль «{role}».",
    foreign="Запрос пришёл с чужой страницы и отклонён.",
)

ENGLISH = AccessTexts(
    code="en",
    title="Sign in",
    name="Name",
    password="Password",
    enter="Sign in",
    to_search="To the search",
    sign_in="Sign in",
    sign_in_with_hub="Sign in with Hugging Face",
    sign_out="Sign out",
    signed_in="{name} · {role}",
    roles={
        Role.NOBODY: "nobody",
        Role.VISITOR: "visitor",
        Role.ANNOTATOR: "annotator",
        Role.LEAD: "lead",
    },
    wrong="Name and password don't fit.",
    wait="Too often. Wait {seconds} s.",
    sign_in_first="Sign in first: this takes the role {role}.",
    not_allowed="Not allowed: this takes the role {role}.",
    foreign="The request came from another site's page and is refused.",
)

ACCESS_TEXTS: Mapping[str, AccessTexts] = {"Русский": RUSSIAN, "English": ENGLISH}


def in_both(field: str, role: Role | None = None, **values: int) -> str:
    """A refusal in both languages: it reaches people and programs of unknown language."""
    return " / ".join(
        getattr(texts, field).format(role=texts.roles[role] if role else "", **values)
        for texts in ACCESS_TEXTS.values()
    )
