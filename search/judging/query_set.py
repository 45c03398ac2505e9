"""A BEIR queries file -> a QuerySet: queries with the information needs behind them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from index.corpus import clean, jsonl_rows
from search.errors import JudgingError

NEEDS = ("need", "description", "narrative")
"""Fields of a row that may tell the need; all that are there are joined by line breaks."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query as a person types it; `text` is cleaned, as the engine and the store know it."""

    id: str
    text: str
    need: str = ""
    """What counts as an answer, in the words of whoever asked; shown to annotators."""


@dataclass(frozen=True, slots=True)
class QuerySet:
    """Queries in file order.

    Raises `JudgingError` for a set without queries, and for an id or a text that comes twice: a
    judgment knows its query by the text, a measurement by the id.
    """

    name: str
    queries: tuple[Query, ...]

    def __post_init__(self) -> None:
        if not self.queries:
            raise JudgingError(f"{self.name}: no queries in it. Give a set with at least one.")
        ids: set[str] = set()
        texts: dict[str, str] = {}
        for query in self.queries:
            if query.id in ids:
                raise JudgingError(
                    f"{self.name}: the id {query.id!r} names two queries. Give each its own."
                )
            if query.text in texts:
                raise JudgingError(
                    f"{self.name}: the queries {texts[query.text]!r} and {query.id!r} have the "
                    f"same text {query.text!r}. Remove one of them."
                )
            ids.add(query.id)
            texts[query.text] = query.id

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read queries.jsonl[.gz] of a BEIR folder, or such a file itself.

        Raises `JudgingError` naming file and line of a row that is no query, and
        `index.errors.CorpusError` for a file that is no JSONL.
        """
        file = _queries_file(path)
        queries = tuple(_query(row, file, line) for line, row in jsonl_rows(file))
        name = path.name.removesuffix(".gz").removesuffix(".jsonl") if path.is_file() else ""
        return cls(name or path.resolve().name, queries)


def _queries_file(path: Path) -> Path:
    if path.is_file():
        return path
    for name in ("queries.jsonl", "queries.jsonl.gz"):
        if (path / name).is_file():
            return path / name
    raise JudgingError(
        f"{path}: no such file, and no folder with queries.jsonl (plain or .gz). Check the path."
    )


def _query(row: dict[str, object], file: Path, line: int) -> Query:
    def field(name: str) -> str:
        value = row.get(name, "")
        if value is None or isinstance(value, str | int) and not isinstance(value, bool):
            return clean(str(value or ""))
        raise JudgingError(
            f"{file}:{line}: field {name!r} is {type(value).__name__}, expected text."
        )

    query = Query(field("_id"), field("text"), "\n".join(filter(None, map(field, NEEDS))))
    if not query.id or not query.text:
        raise JudgingError(f"{file}:{line}: a query needs _id and text. Fill in or remove it.")
    return query
