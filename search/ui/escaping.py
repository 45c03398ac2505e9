"""Text of a corpus or a person -> markup that shows it: the one place where that happens."""

from html import escape


def escaped(text: str) -> str:
    """Escaped for content and attributes; braces and $ too, which the page's templates read."""
    markup = escape(text, quote=True)
    return markup.replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;")
