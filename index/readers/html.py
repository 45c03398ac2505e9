"""HTML -> Content: block elements become paragraphs; scripts, styles and menus go."""

from lxml import etree

from index.errors import CorpusError, reason
from index.readers.content import Content, joined, one_line

DROPPED = frozenset("script style nav noscript template svg iframe object canvas select".split())
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
HEADINGS = frozenset(("h1", "h2", "h3"))
CELLS = frozenset(("td", "th"))


def html_content(markup: str) -> Content:
    """Content of a page; its title is <title>, else its first h1, h2 or h3."""
    reader = _Reader()
    # libxml2 reads hostile markup in linear time; html.parser takes minutes for some.
    parser = etree.HTMLParser(target=reader, huge_tree=True, no_network=True)
    try:
        parser.feed(markup)
        parser.close()
    except etree.LxmlError as error:
        raise CorpusError(f"broken HTML ({reason(error)}). Save the page again.") from error
    return Content(reader.title or reader.heading, joined(reader.paragraphs()))


class _Reader:
    """Collects text between block tags, outside the dropped elements."""

    def __init__(self) -> None:
        self.heading = ""
        self._title: list[str] = []
        self._paragraphs: list[list[str]] = [[]]
        self._dropped = ""
        self._depth = 0
        """How many elements named `_dropped` are open."""
        self._in_title = self._in_pre = False

    @property
    def title(self) -> str:
        return one_line("".join(self._title))

    def paragraphs(self) -> list[str]:
        return ["".join(parts) for parts in self._paragraphs]

    def start(self, tag: str, attributes: object) -> None:
        if self._dropped:
            self._depth += tag == self._dropped
        elif tag in DROPPED:
            self._dropped, self._depth = tag, 1
        else:
            self._in_title = tag == "title"
            self._in_pre = self._in_pre or tag == "pre"
            self._cross(tag)

    def end(self, tag: str) -> None:
        if self._dropped:
            self._depth -= tag == self._dropped
            if not self._depth:
                self._dropped = ""
            return
        if tag in HEADINGS and not self.heading:
            self.heading = one_line("".join(self._paragraphs[-1]))
        self._in_title = False
        self._in_pre = self._in_pre and tag != "pre"
        self._cross(tag)

    def close(self) -> None:
        """What lxml calls at the end."""

    def data(self, data: str) -> None:
        if self._dropped:
            return
        if self._in_title:
            self._title.append(data)
        elif self._in_pre:
            first, *lines = data.split("\n")
            self._paragraphs[-1].append(first)
            self._paragraphs.extend([line] for line in lines)
        else:
            self._paragraphs[-1].append(data)

    def _cross(self, tag: str) -> None:
        """A row of a table is one paragraph; any other tag that isn't inline parts two."""
        if tag in CELLS:
            self._paragraphs[-1].append(" ")
        elif tag not in INLINE and self._paragraphs[-1]:
            self._paragraphs.append([])
