"""Files and judged sets -> clean training examples, with a count of all that was left out."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import ftfy
from ftfy.badness import is_bad

from index.analyzer import Analyzer
from index.corpus import clean, jsonl_rows, read_corpus
from index.passages import split_document
from index.sentences import sentence_spans
from search.errors import TrainingError
from search.evaluation import read_qrels, read_queries


@dataclass(frozen=True, slots=True)
class Example:
    """A query with a passage that answers it (or, `negative`, was judged not to)."""

    query: str
    passage: str
    document: str
    negative: bool = False


@dataclass(slots=True)
class Report:
    """What was kept and what was left out, and why."""

    counts: Counter[str] = field(default_factory=Counter)


def read_examples(
    file: Path,
    titles: bool = True,
    kind: str = "",
    questions: Mapping[str, list[str]] | None = None,
) -> Iterator[Example]:
    """Examples of a JSONL file with `text`, `query` or `queries`, and optional titles.

    With `kind`, rows of another kind give passages without a query, to be found as negatives.
    With `questions` (of `read_questions`) these stand in for the file's own queries, and rows
    they don't name give passages without a query.

    A title is put in front of its text, as the product shows it, unless it is the query itself
    or `titles` is off (a model should not lean on them).
    """
    for line, row in jsonl_rows(file):
        text, title = row.get("text"), row.get("title") or row.get("doc_title") or ""
        queries = row.get("queries", [row.get("query")])
        if not isinstance(text, str) or not isinstance(queries, list) or None in queries:
            raise TrainingError(f"{file}:{line}: expected text and query (or queries).")
        titled = titles and title and row.get("kind") != "title"
        passage = clean(f"{title}\n{text}" if titled else text)
        document = str(row.get("doc_title") or row.get("_id") or passage)
        if questions is not None:
            queries = questions.get(hashlib.sha256(text.encode()).hexdigest(), [])
        if not queries or (kind and row.get("kind") != kind):
            yield Example("", passage, document, negative=True)
            continue
        for query in queries:
            yield Example(clean(str(query)), passage, document, bool(row.get("negative")))


def read_questions(file: Path) -> dict[str, list[str]]:
    """SHA-256 of a text -> questions it answers: ours, about texts that are not ours to copy."""
    found: dict[str, list[str]] = {}
    for line, row in jsonl_rows(file):
        digest, queries = row.get("text_sha256"), row.get("queries")
        if not isinstance(digest, str) or not isinstance(queries, list):
            raise TrainingError(f"{file}:{line}: expected text_sha256 and queries.")
        found[digest] = [str(query) for query in queries]
    return found


def read_answer_sentences(file: Path, titles: bool = True) -> Iterator[Example]:
    """Examples of the sentences that answer: rows of `text`, `queries` and `answers`.

    `answers` holds, for each query, the numbers of the sentences of `text` (as `sentence_spans`
    counts them) that answer it. Every other sentence is an example without a query, to be found
    when negatives are mined.
    """
    for line, row in jsonl_rows(file):
        text, queries, answers = row.get("text"), row.get("queries"), row.get("answers")
        if (
            not isinstance(text, str)
            or not isinstance(queries, list)
            or not isinstance(answers, list)
        ):
            raise TrainingError(f"{file}:{line}: expected text, queries and answers.")
        spans = sentence_spans(text)
        title = f"{row['title']}\n" if titles and row.get("title") else ""
        sentences = [clean(title + text[span.start : span.end]) for span in spans]
        document = str(row.get("_id") or text)
        for sentence in sentences:
            yield Example("", sentence, document, negative=True)
        for query, numbers in zip(queries, answers, strict=True):
            for number in numbers:
                yield Example(clean(str(query)), sentences[number], document)


def read_judged(folder: Path) -> Iterator[Example]:
    """Examples of a judged BEIR folder: grades 2 and 3 answer, grade 0 is a true negative.

    Grade 1 (same subject, no answer) is neither: it stays out.
    """
    queries, qrels = read_queries(folder), read_qrels(folder)
    passages = {document.id: next(split_document(document)) for document in read_corpus(folder)}
    for query, grades in qrels.items():
        for document, grade in grades.items():
            if grade != 1 and document in passages:
                text = passages[document].titled_text
                yield Example(queries[query], text, document, negative=grade < 1)


def mended(examples: Iterable[Example], report: Report) -> Iterator[Example]:
    """Repair text whose encoding was broken (ftfy); drop what stays broken, count both."""
    for example in examples:
        query, passage = (clean(ftfy.fix_encoding(t)) for t in (example.query, example.passage))
        lost = not passage or bool(example.query) > bool(query)
        if lost or is_bad(query) or is_bad(passage):
            report.counts["broken encoding or empty, left out"] += 1
            continue
        if (query, passage) != (example.query, example.passage):
            report.counts["broken encoding, repaired"] += 1
        yield replace(example, query=query, passage=passage)


class LeakageGuard:
    """Knows the queries and the judged passages of evaluation sets by their lemmas.

    A set's other passages are only what its answers hide among: they may be trained on.
    """

    def __init__(self, folders: Iterable[Path], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._known: set[tuple[str, ...]] = set()
        for folder in folders:
            judged = {passage for grades in read_qrels(folder).values() for passage in grades}
            answers = (d.text for d in read_corpus(folder) if d.id in judged)
            texts = itertools.chain(read_queries(folder).values(), answers)
            self._known |= {self._key(text) for text in texts}
        self._known.discard(())

    def without_leaks(self, examples: Iterable[Example], report: Report) -> Iterator[Example]:
        """Drop exact repetitions, and examples whose query or passage an evaluation set holds."""
        seen: set[tuple[str, str]] = set()
        for example in examples:
            text = example.passage.rpartition("\n")[2]
            if any(self._key(t) in self._known for t in (example.query, example.passage, text)):
                report.counts["in an evaluation set, left out"] += 1
            elif (example.query, example.passage) in seen:
                report.counts["repeated, left out"] += 1
            else:
                seen.add((example.query, example.passage))
                yield example

    def _key(self, text: str) -> tuple[str, ...]:
        return tuple(self._analyzer.lemmas(text))
