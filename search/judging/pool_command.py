"""python -m search pool make NAME SET · holes NAME SNAPSHOT · second-opinion NAME · list"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from search.engine import Engine
from search.hits import STAGES
from search.judging.by_text import file_grades
from search.judging.passage_lookup import PassageLookup
from search.judging.pool import Pool, pool_of_rankings
from search.judging.pool_plan import PoolPlan
from search.judging.pool_status import PoolStatus
from search.judging.query_set import QuerySet
from search.judging.rankers import check_rankers, rankings_of, rankings_of_snapshot
from search.judging.second_opinions import pool_of_second_opinions
from search.judging.snapshot_files import load_snapshot
from search.judging.snapshot_holes import pool_of_snapshot
from search.judging.snapshot_report import table
from search.judging.store import JudgmentStore
from search.serving import serving_settings
from search.settings import Settings
from search.start import open_engine


def add_pool_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pool` to the subparsers of `python -m search`."""
    pool = commands.add_parser("pool", help="choose what annotators judge")
    actions = pool.add_subparsers(required=True, metavar="ACTION")
    make = actions.add_parser("make", help="pool what several rankers find for a query set")
    make.add_argument("name", metavar="NAME")
    make.add_argument("set", type=Path, metavar="SET", help="queries.jsonl or a folder with it")
    make.add_argument(
        "--rankers", default=",".join(STAGES), metavar="A,B", help="stages (default: %(default)s)"
    )
    make.add_argument("--reranker", metavar="MODEL", help="one more ranker: another reranker")
    make.add_argument(
        "--snapshots",
        nargs="*",
        default=[],
        metavar="NAME[:STAGE]",
        help="more rankers: what a snapshot's stage (default: reranked) found",
    )
    make.set_defaults(run=_make)
    fill = actions.add_parser("holes", help="pool what a snapshot shows and nobody has judged")
    fill.add_argument("name", metavar="NAME")
    fill.add_argument("snapshot", metavar="SNAPSHOT")
    fill.add_argument("--stage", choices=STAGES, default="reranked")
    fill.add_argument(
        "--qrels", type=Path, metavar="SET", help="folder of queries and qrels: more judgments"
    )
    fill.set_defaults(run=_holes)
    for command in (make, fill):
        command.add_argument("--depth", type=int, default=10, metavar="K", help="documents a query")
        command.add_argument("--overlap", type=int, default=1, metavar="N", help="annotators each")
        command.add_argument("--seed", type=int, default=42)
        command.add_argument("--index", metavar="DIR", help="index directory (default: the app's)")
    second = actions.add_parser("second-opinion", help="pool what annotators disagree on")
    second.add_argument("name", metavar="NAME", help="the pool they judged")
    second.add_argument("--to", metavar="NEW", help="name of the new pool (default: NAME-second)")
    second.add_argument("--threshold", type=int, default=2, metavar="GRADES")
    second.set_defaults(run=_second_opinion)
    listing = actions.add_parser("list", help="the pools there are and how far they are judged")
    listing.set_defaults(run=_list)


def _make(options: argparse.Namespace) -> None:
    settings = serving_settings()
    names = [name.strip() for name in options.rankers.split(",") if name.strip()]
    check_rankers(names)
    plan = _plan(options)
    with JudgmentStore.open(settings.database_url) as store:
        plan.check(store)
        queries = QuerySet.read(options.set)
        engine = Engine.open(options.index, settings) if options.index else open_engine(settings)
        others = {}
        if options.reranker:
            other = replace(settings, reranker=options.reranker)
            directory = options.index or settings.index_dir
            others[f"reranked by {options.reranker}"] = Engine.open(directory, other)
        rankings = rankings_of(engine, queries, names, others)
        passages = PassageLookup(engine.index.passages)
        for ranker in options.snapshots:
            name, _, stage = ranker.partition(":")
            snapshot = load_snapshot(Path(settings.snapshots_dir), name)
            rankings[f"snapshot {ranker}"] = rankings_of_snapshot(
                snapshot, stage or "reranked", queries, passages
            )
        pool = pool_of_rankings(
            plan.name,
            rankings,
            queries.queries,
            plan.depth,
            plan.overlap,
            plan.seed,
        )
        _save(store, pool)


def _holes(options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    plan = _plan(options)
    with JudgmentStore.open(settings.database_url) as store:
        plan.check(store)
        snapshot = load_snapshot(Path(settings.snapshots_dir), options.snapshot)
        passages = PassageLookup.open(options.index or settings.index_dir)
        more = file_grades(options.qrels) if options.qrels else {}
        _save(store, pool_of_snapshot(plan, snapshot, options.stage, passages, store, more))


def _plan(options: argparse.Namespace) -> PoolPlan:
    return PoolPlan(options.name, options.depth, options.overlap, options.seed)


def _second_opinion(options: argparse.Namespace) -> None:
    new = options.to or f"{options.name}-second"
    with JudgmentStore.open(Settings.from_environment().database_url) as store:
        PoolPlan(new).check(store)
        pool = store.pool(options.name)
        _save(store, pool_of_second_opinions(new, pool, store.current(), options.threshold))


def _list(options: argparse.Namespace) -> None:
    with JudgmentStore.open(Settings.from_environment().database_url) as store:
        pools, judgments = store.pools(), store.current()
    rows = [["name", "created (UTC)", "snapshot", "queries", "items", "overlap", "judged"]]
    for status in (PoolStatus.of(pool, judgments) for pool in pools):
        pool = status.pool
        rows.append(
            [
                pool.name,
                f"{pool.created:%Y-%m-%d %H:%M:%S}",
                pool.snapshot or "—",
                str(status.queries),
                str(len(pool.items)),
                str(pool.overlap),
                str(status.judged),
            ]
        )
    lines = table(rows, left=3) if pools else ["No pools yet. Make one: pool make NAME SET."]
    sys.stdout.write("\n".join(lines) + "\n")


def _save(store: JudgmentStore, pool: Pool) -> None:
    store.save_pool(pool)
    queries = len({item.query for item in pool.items})
    sys.stdout.write(
        f"{pool.name}: {len(pool.items)} passages to judge for {queries} queries, "
        f"by {pool.overlap} annotator{'s' if pool.overlap > 1 else ''} each\n"
    )
