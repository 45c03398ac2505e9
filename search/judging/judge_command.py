"""python -m search judge import · export · agreement · split · backup · restore"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from index.corpus import read_corpus
from search.errors import JudgingError
from search.judging.agreement import NOTES, Agreement, PairAgreement, agreement_of
from search.judging.backup_command import add_backup_actions
from search.judging.export_file import ExportFormat, write_export
from search.judging.exports import fresh_salt
from search.judging.imports import (
    BadLine,
    Origin,
    read_beir_judgments,
    read_trec_qrels,
    save_import,
)
from search.judging.judgment import GRADES
from search.judging.known_texts import KnownTexts
from search.judging.pairs_file import PairsPlan
from search.judging.query_set import QuerySet
from search.judging.query_table import read_query_table, write_query_set
from search.judging.split import PARTS, split_set
from search.judging.store import JudgmentStore
from search.settings import Settings

_TABLES = (".csv", ".tsv")


def add_judge_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `judge` with its commands to the command line."""
    judge = commands.add_parser("judge", help="bring judgments in, out, and compare annotators")
    actions = judge.add_subparsers(required=True, metavar="ACTION")
    bring = actions.add_parser("import", help="TREC qrels, a BEIR folder, or a table of queries")
    bring.add_argument(
        "source", type=Path, metavar="FILE|FOLDER", help="qrels file, BEIR folder, queries .csv"
    )
    bring.add_argument("--annotator", metavar="NAME", help="whose judgments these are")
    bring.add_argument("--queries", type=Path, metavar="SET", help="queries of a TREC qrels file")
    bring.add_argument("--skip-bad", action="store_true", help="leave out the lines that don't fit")
    bring.add_argument("--to", type=Path, metavar="FOLDER", help="new set for a table of queries")
    bring.set_defaults(run=_import)
    export = actions.add_parser("export", help="write the standing judgments")
    formats = [form.value for form in ExportFormat]
    export.add_argument("--format", choices=formats, required=True)
    export.add_argument("--to", type=Path, required=True, metavar="PATH")
    export.add_argument("--annotator", metavar="NAME", help="only this one's judgments")
    export.add_argument(
        "--pseudonyms",
        nargs="?",
        const=fresh_salt(),
        metavar="SALT",
        help="jsonl, csv: names made from SALT (default: from a secret that is thrown away)",
    )
    export.add_argument(
        "--against", type=Path, nargs="*", default=[], metavar="SET", help="pairs: sets kept out"
    )
    export.add_argument("--hard", type=int, default=4, help="pairs: mined negatives a query")
    export.add_argument("--easy", type=int, default=1, help="pairs: random negatives a query")
    export.add_argument("--seed", type=int, default=42, help="pairs: of what is drawn")
    export.set_defaults(run=_export)
    agreement = actions.add_parser("agreement", help="kappa, alpha and AC2 of the annotators")
    agreement.add_argument(
        "--disagreements", type=int, default=10, metavar="N", help="list the N biggest"
    )
    agreement.set_defaults(run=_agreement)
    split = actions.add_parser("split", help="a judged set -> one part to judge, one held out")
    split.add_argument("set", type=Path, metavar="SET", help="BEIR folder")
    split.add_argument("--held-out", type=int, default=40, metavar="QUERIES")
    split.add_argument("--seed", type=int, default=42)
    split.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    split.set_defaults(run=_split)
    add_backup_actions(actions)
    for action in (bring, export):
        action.add_argument(
            "--corpus", type=Path, metavar="PATH", help="the texts that were judged (CORPUS)"
        )
    for action in (bring, export, agreement):
        action.add_argument("--pool", metavar="NAME", help="judgments of this pool")


def _import(options: argparse.Namespace) -> None:
    source: Path = options.source
    if not source.exists():
        raise JudgingError(f"{source}: no such file or folder. Check the path.")
    if source.is_file() and source.suffix in _TABLES:
        if not options.to:
            raise JudgingError(f"{source}: a table of queries becomes a set. Say --to FOLDER.")
        table = read_query_table(source)
        write_query_set(table, options.to, options.skip_bad)
        _say(f"{len(table.queries)} queries written to {options.to}", *_skipped(table.bad))
        return
    if not options.annotator:
        raise JudgingError("Judgments need a name. Say whose they are: --annotator NAME.")
    settings = Settings.from_environment()
    own = source.is_dir() and any((source / f"corpus.jsonl{end}").is_file() for end in ("", ".gz"))
    corpus = options.corpus or (source if own else Path(settings.corpus))
    texts = KnownTexts.of(read_corpus(corpus), settings.window_chars)
    origin = Origin(options.annotator, options.pool or "")
    if source.is_dir():
        queries = QuerySet.read(options.queries or source).queries
        found = read_beir_judgments(source, queries, texts, origin)
    elif options.queries:
        queries = QuerySet.read(options.queries).queries
        found = read_trec_qrels(source, queries, texts, origin)
    else:
        raise JudgingError(
            f"{source}: qrels know queries by their ids only. Say where the queries are: "
            "--queries SET (a folder with queries.jsonl)."
        )
    with JudgmentStore.open(settings.database_url) as store:
        saved = save_import(found, store, options.skip_bad)
    _say(f"{len(saved)} judgments of {options.annotator} saved", *_skipped(found.bad))


def _split(options: argparse.Namespace) -> None:
    split_set(options.set, options.held_out, options.to, options.seed)
    _say(*(f"{options.to / part}" for part in PARTS))


def _export(options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    if options.corpus:
        settings = replace(settings, corpus=str(options.corpus))
    form = ExportFormat(options.format)
    plan = PairsPlan(options.hard, options.easy, options.seed, tuple(options.against))
    with JudgmentStore.open(settings.database_url) as store:
        judgments = store.current(options.annotator, options.pool)
        if not judgments:
            raise JudgingError("There is no judgment to export. Check --annotator and --pool.")
        made = write_export(form, judgments, options.to, store, settings, options.pseudonyms, plan)
    if made.freshness:
        _say(*(f"{count:>9} judgments {state.value}" for state, count in made.freshness.items()))
    if made.pairs:
        _say(*(f"{count:>9} {what}" for what, count in made.pairs.counts.most_common()))
        _say(made.pairs.statistics)
    _say(f"{made.judgments} judgments exported to {made.file}")


def _agreement(options: argparse.Namespace) -> None:
    with JudgmentStore.open(Settings.from_environment().database_url) as store:
        agreement = agreement_of(store.current(pool=options.pool))
    _say(*agreement_lines(agreement, options.disagreements))


def agreement_lines(agreement: Agreement, disagreements: int) -> Iterator[str]:
    """An agreement for the terminal, with its `disagreements` biggest disagreements."""
    yield f"{agreement.items} items judged, {agreement.shared} by two or more annotators"
    yield f"raw agreement {agreement.raw:.3f}"
    yield f"Krippendorff's alpha (ordinal) {_number(agreement.alpha)}"
    yield f"Gwet's AC2 (ordinal) {agreement.ac2:.3f}"
    width = max(len(who) for who, _ in agreement.balance)
    yield f"\n{'grades':<{width}}" + "".join(f"{grade:>7}" for grade in GRADES)
    for who, counts in agreement.balance:
        yield f"{who:<{width}}" + "".join(f"{count:>7}" for count in counts)
    for pair in agreement.pairs:
        yield from _pair_lines(pair)
    for disagreement in agreement.disagreements[: max(disagreements, 0)]:
        given = ", ".join(f"{who} {grade}" for who, grade in disagreement.grades)
        item = disagreement.item
        yield f"\n{item.query}\n   [{item.passage_id}] {given}"
    for note in agreement.notes:
        yield f"\nNote: {NOTES[note]}."


def _pair_lines(pair: PairAgreement) -> Iterator[str]:
    yield f"\n{pair.first} (rows) and {pair.second} (columns): {pair.items} items"
    yield (
        f"raw {pair.raw:.3f} · kappa linear {_number(pair.linear_kappa)}, "
        f"quadratic {_number(pair.quadratic_kappa)}"
    )
    yield " " * 4 + "".join(f"{grade:>6}" for grade in GRADES)
    for grade, row in zip(GRADES, pair.confusion, strict=True):
        yield f"{grade:>4}" + "".join(f"{count:>6}" for count in row)


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _skipped(bad: tuple[BadLine, ...]) -> list[str]:
    return [f"{len(bad)} lines skipped:", *(f"  {line}" for line in bad)] if bad else []


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
