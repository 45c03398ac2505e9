"""Markdown -> Content, by way of its HTML."""

import re

from markdown_it import MarkdownIt

from index.readers.content import Content
from index.readers.html import html_content

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def markdown_content(source: str) -> Content:
    """Content of CommonMark with tables; YAML front matter, data for a site, is left out."""
    body = _FRONT_MATTER.sub("", source.replace("\r\n", "\n"))
    return html_content(MarkdownIt("commonmark").enable("table").render(body))
