"""What is to be judged: the union of several rankers' best passages for each query."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from index.passages import Passage
from search.errors import JudgingError, NothingToJudgeError
from search.hits import Ranking
from search.judging.judgment import MAX_NAME_CHARS, check_length, check_storable, text_hash
from search.judging.query_set import Query


@dataclass(frozen=True, slots=True)
class PoolItem:
    """One passage to judge for one query."""

    query: str
    query_id: str
    need: str
    """The information need behind the query, may be empty."""
    passage_id: str
    document_id: str
    text_hash: str
    """`search.judging.judgment.text_hash` of the passage when the pool was made."""
    sources: tuple[str, ...] = ()
    """Rankers that found it; never shown to annotators."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Items to judge, each by `overlap` annotators.

    Raises `JudgingError` for a name that is empty or can't be kept, no items, the same query and
    passage twice, and an overlap or depth below 1.
    """

    name: str
    items: tuple[PoolItem, ...]
    overlap: int = 1
    seed: int = 42
    """Decides, with the annotator's name, the order of the items."""
    depth: int = 10
    """How many documents of each ranking went in."""
    snapshot: str = ""
    """The snapshot whose rankings were pooled; empty when they were made for the pool."""
    created: datetime | None = None
    """UTC; set by the store."""

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.strip():
            raise JudgingError(
                f"pool name {self.name!r}: is empty or has spaces around it. Choose another."
            )
        check_length("pool name", self.name, MAX_NAME_CHARS)
        check_storable("pool name", self.name)
        check_counts(self.depth, self.overlap)
        if not self.items:
            raise NothingToJudgeError(
                f"pool {self.name!r}: there is nothing to judge in it. "
                "Give queries that find something not yet judged."
            )
        pairs = Counter((item.query, item.passage_id) for item in self.items)
        (query, passage_id), count = pairs.most_common(1)[0]
        if count > 1:
            raise JudgingError(
                f"pool {self.name!r}: holds the passage {passage_id!r} {count} times for the "
                f"query {query!r}. Each pair is judged once: remove the repetition."
            )


def check_counts(depth: int, overlap: int) -> None:
    """Raise `JudgingError` for a depth or overlap below 1."""
    for what, value in (("depth", depth), ("overlap", overlap)):
        if value < 1:
            raise JudgingError(f"{what} is {value}: must be at least 1. Choose another.")


def pool_of_rankings(
    name: str,
    rankings: Mapping[str, Mapping[str, Ranking]],
    queries: Iterable[Query],
    depth: int = 10,
    overlap: int = 1,
    seed: int = 42,
    snapshot: str = "",
) -> Pool:
    """The union of each ranker's `top_passages` for each query, as a pool.

    `rankings` is ranker -> query id -> ranking, its hits in the ranker's order. Raises
    `JudgingError` for a ranking of a query that isn't in `queries` and for what `Pool` refuses.
    """
    known = {query.id: query for query in queries}
    items: list[PoolItem] = []
    for ranker, ranked in rankings.items():
        if unknown := ranked.keys() - known.keys():
            raise JudgingError(
                f"{ranker} ranked the query {min(unknown)!r}, which is not in the query set. "
                "Rank the queries of one set."
            )
    for query in known.values():
        passages: dict[str, Passage] = {}
        sources: dict[str, list[str]] = {}
        for ranker, ranked in rankings.items():
            if query.id not in ranked:
                continue
            for passage in top_passages((hit.passage for hit in ranked[query.id].hits), depth):
                passages.setdefault(passage.id, passage)
                sources.setdefault(passage.id, []).append(ranker)
        items += (pool_item(query, p, tuple(sources[p.id])) for p in passages.values())
    return Pool(name, tuple(items), overlap, seed, depth, snapshot)


def needs_of(pools: Iterable[Pool]) -> dict[str, str]:
    """Query's text -> the information need that a pool tells, the last one's where several do."""
    return {item.query: item.need for pool in pools for item in pool.items if item.need}


def top_passages(ranked: Iterable[Passage], depth: int) -> Iterator[Passage]:
    """Passages from the first to the best one of the `depth`-th document.

    The depth counts documents because a measure at 10 does; a document's further windows that
    rank in between are judged too.
    """
    documents: set[str] = set()
    for passage in ranked:
        documents.add(passage.document_id)
        yield passage
        if len(documents) >= depth:
            return


def pool_item(query: Query, passage: Passage, sources: tuple[str, ...] = ()) -> PoolItem:
    """A passage as it is now, to be judged for a query."""
    return PoolItem(
        query=query.text,
        query_id=query.id,
        need=query.need,
        passage_id=passage.id,
        document_id=passage.document_id,
        text_hash=text_hash(passage.titled_text),
        sources=sources,
    )
