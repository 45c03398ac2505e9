"""A mixture file -> one pairs file: which sources a model is trained on, and how much of each.

TOML, a `[[source]]` a file, so that the training of the embedded models can be repeated by one
command and its data be read at a glance:

    [[source]]
    file = "rudocs_pairs.jsonl.gz"   # beside the mixture, or in --data
    limit = 9000                     # queries drawn
    hard = 5                         # mined negatives a query
    easy = 1                         # random negatives a query
"""

import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from index.analyzer import Analyzer
from index.encoder import Encoder
from search.errors import TrainingError
from search.training.examples import (
    Example,
    LeakageGuard,
    Report,
    mended,
    read_answer_sentences,
    read_examples,
    read_questions,
)
from search.training.mining import Miner, Mining
from search.training.pairs import Pair


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a mixture and how it is used."""

    file: str
    limit: int | None = None
    hard: int = 5
    easy: int = 1
    titles: bool = True
    """Whether passages stand under their titles."""
    sentences: bool = False
    """Whether the passages are single sentences (rows with `answers`)."""
    same_document: bool = False
    last_rank: int = 30
    questions: str = ""
    """A file of questions about this one's texts, asked in place of its own queries."""
    kind: str = ""
    """Use only the queries of this kind («question»); passages of all kinds can be negatives."""
    single: bool = False
    """Leave out queries that head more than one passage («Примеры»): nothing tells them apart."""
    seed: int = 42


def read_mixture(file: Path) -> list[Source]:
    """The sources of a mixture file; raises `TrainingError` naming what is wrong in it."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"{file}: can't be read as TOML ({error}).") from error
    rows = table.get("source")
    if not isinstance(rows, list) or not rows or any("file" not in row for row in rows):
        raise TrainingError(f"{file}: expected [[source]] tables, each with a file.")
    kinds = {field.name: type(getattr(Source("", limit=0), field.name)) for field in fields(Source)}
    for row in rows:
        for name, value in row.items():
            if type(value) is not kinds.get(name):
                raise TrainingError(
                    f"{file}: {name} = {value!r} in the source {row['file']!r} does not fit. "
                    f"Known are {', '.join(kinds)}."
                )
    return [Source(**row) for row in rows]


def mix(
    sources: Iterable[Source],
    folders: Sequence[Path],
    guard: LeakageGuard,
    analyzer: Analyzer,
    encoder: Encoder | None,
    report: Report,
) -> Iterator[Pair]:
    """Pairs of all sources, source after source; files are looked for in `folders` in order."""
    for source in sources:
        file = _found(source.file, folders)
        asked = source.questions
        questions = read_questions(_found(asked, folders)) if asked else None
        examples = (
            read_answer_sentences(file, source.titles)
            if source.sentences
            else read_examples(file, source.titles, source.kind, questions)
        )
        kept: Iterable[Example] = guard.without_leaks(mended(examples, report), report)
        if source.single:
            kept = _single(list(kept), report)
        mining = Mining(
            hard=source.hard,
            easy=source.easy,
            last_rank=source.last_rank,
            same_document=source.same_document,
            seed=source.seed,
        )
        before = report.counts["queries"]
        yield from Miner(kept, analyzer, mining, report, encoder).pairs(source.limit)
        report.counts[f"queries of {source.file}"] += report.counts["queries"] - before


def shuffled(pairs: Iterable[Pair], seed: int = 42, limit: int | None = None) -> list[Pair]:
    """The pairs with their queries in a seeded order (the first `limit`), a query's together."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        if not groups or groups[-1][0].query != pair.query:
            groups.append([])
        groups[-1].append(pair)
    random.Random(seed).shuffle(groups)
    return [pair for group in groups[:limit] for pair in group]


def _single(examples: list[Example], report: Report) -> Iterator[Example]:
    passages = Counter(example.query for example in examples)
    for example in examples:
        if not example.query or passages[example.query] == 1:
            yield example
        else:
            report.counts["headings of several passages, left out"] += 1
            yield Example("", example.passage, example.document, negative=True)


def _found(name: str, folders: Sequence[Path]) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    places = ", ".join(map(str, folders))
    raise TrainingError(f"{name}: not in {places}. Give its folder by --data.")
