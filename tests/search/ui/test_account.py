import pytest

from search.access.roles import Person, Role
from search.access.texts import ACCESS_TEXTS, ENGLISH, RUSSIAN, in_both
from search.ui.account import account_html


def test_who_is_signed_in_is_shown_as_text() -> None:
    html = account_html(Person("<b>анна</b>", Role.LEAD), RUSSIAN)
    assert "&lt;b&gt;анна&lt;/b&gt; · ведущий" in html and "<b>" not in html
    assert '<form method="post" action="logout">' in html


def test_a_visitor_finds_the_way_in() -> None:
    link = account_html(Person("", Role.VISITOR), ENGLISH)
    assert '<a href="login?in=en">Sign in</a>' in link


@pytest.mark.parametrize("texts", ACCESS_TEXTS.values())
def test_every_role_has_a_name(texts: object) -> None:
    assert set(texts.roles) == set(Role)  # type: ignore[attr-defined]


def test_a_refusal_is_told_in_both_languages() -> None:
    assert in_both("wait", seconds=3) == "Слишком часто. Подождите 3 с. / Too often. Wait 3 s."
    assert in_both("not_allowed", Role.LEAD) == (
        "Не разрешено: для этого нужна роль «ведущий». / Not allowed: this takes the role lead."
    )
