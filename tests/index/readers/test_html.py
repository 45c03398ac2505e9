"""Pages and Markdown become paragraphs as a reader sees them."""

import pytest

from index.errors import CorpusError
from index.readers.content import MAX_TEXT_CHARS, Content
from index.readers.html import html_content
from index.readers.markdown import markdown_content


@pytest.mark.parametrize(
    ("markup", "content"),
    [
        (
            "<title> Кот\n учёный </title><h1>Дуб</h1><p>Ходит.",
            Content("Кот учёный", "Дуб\nХодит."),
        ),
        ("<div><h2>Дуб <b>зелё</b>ный</h2></div>", Content("Дуб зелёный", "Дуб зелёный")),
        ("<p>раз\n  два<br>три<p>че<i>ты</i>ре", Content("", "раз два\nтри\nчетыре")),
        ("<nav><nav>меню</nav>ещё</nav><p>текст", Content("", "текст")),
        ("<script>a<b</script><style>p{}</style><!-- нет -->да", Content("", "да")),
        ("<svg/><p>после", Content("", "после")),
        ("<svg><title>значок</title></svg><h1>Имя</h1>", Content("Имя", "Имя")),
        ("<table><tr><td>а<td>б<tr><td>в", Content("", "а б\nв")),
        ("<pre>x = 1\ny  = 2</pre>конец", Content("", "x = 1\ny = 2\nконец")),
        ("&laquo;1 &lt; 2&raquo; элек&shy;тро", Content("", "«1 < 2» электро")),
        ("просто текст", Content("", "просто текст")),
        ("<div>" * 100_000 + "дно", Content("", "дно")),
    ],
)
def test_page_becomes_paragraphs(markup: str, content: Content) -> None:
    assert html_content(markup) == content


def test_too_much_text_is_refused() -> None:
    with pytest.raises(CorpusError, match=f"more than {MAX_TEXT_CHARS} characters"):
        html_content("кот " * (MAX_TEXT_CHARS // 4 + 1))


def test_markdown_loses_its_marks() -> None:
    source = (
        "---\r\ntitle: сайт\r\n---\r\n# Кот *учёный*\n\nХодит [по цепи](http://x)\n**кругом**.\n\n"
        "- раз\n- два\n\n| а | б |\n|---|---|\n| 1 | 2 |\n\n<nav>меню</nav>\n\n```\nx = 1\n```\n"
    )
    assert markdown_content(source) == Content(
        "Кот учёный", "Кот учёный\nХодит по цепи кругом.\nраз\nдва\nа б\n1 2\nx = 1"
    )
