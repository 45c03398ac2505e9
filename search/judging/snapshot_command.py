"""python -m search snapshot save NAME SET · list · diff A B · export NAME"""

import argparse
import sys
from pathlib import Path

from search.engine import Engine
from search.errors import JudgingError
from search.evaluation import read_qrels
from search.hits import STAGES
from search.judging.exports import write_trec_run
from search.judging.query_set import QuerySet
from search.judging.snapshot_diff import diff
from search.judging.snapshot_files import check_free, load_snapshot, save_snapshot
from search.judging.snapshot_list import list_snapshots
from search.judging.snapshot_report import diff_as_text, table
from search.judging.snapshots import take_snapshot
from search.serving import serving_settings
from search.settings import Settings
from search.start import open_engine


def add_snapshot_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `snapshot` to the subparsers of `python -m search`."""
    snapshot = commands.add_parser("snapshot", help="keep what every stage answers, and compare")
    actions = snapshot.add_subparsers(required=True, metavar="ACTION")
    save = actions.add_parser("save", help="search every query of a set and keep the lists")
    save.add_argument("name", metavar="NAME")
    save.add_argument("set", type=Path, metavar="SET", help="queries.jsonl or a folder with it")
    save.add_argument("--index", metavar="DIR", help="index directory (default: the app's)")
    save.set_defaults(run=_save)
    listing = actions.add_parser("list", help="the snapshots there are, newest first")
    listing.set_defaults(run=_list)
    compare = actions.add_parser("diff", help="what moved from snapshot A to B")
    compare.add_argument("before", metavar="A")
    compare.add_argument("after", metavar="B")
    compare.add_argument("--qrels", type=Path, metavar="SET", help="folder with qrels: measure too")
    compare.add_argument("--stage", choices=STAGES, default="reranked")
    compare.add_argument(
        "--queries", type=int, default=5, metavar="N", help="most changed queries to show"
    )
    compare.set_defaults(run=_diff)
    export = actions.add_parser("export", help="a stage's lists as a TREC run")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--stage", choices=STAGES, default="reranked")
    export.add_argument("--to", type=Path, required=True, metavar="FILE")
    export.set_defaults(run=_export)


def _save(options: argparse.Namespace) -> None:
    settings = serving_settings()
    folder = Path(settings.snapshots_dir)
    check_free(folder, options.name)
    queries = QuerySet.read(options.set)
    engine = Engine.open(options.index, settings) if options.index else open_engine(settings)
    texts = {query.id: query.text for query in queries.queries}
    snapshot = take_snapshot(engine, texts, options.name, queries.name)
    file = save_snapshot(snapshot, folder)
    sys.stdout.write(f"{options.name}: {len(texts)} queries kept in {file}\n")


def _list(options: argparse.Namespace) -> None:
    folder = Path(Settings.from_environment().snapshots_dir)
    rows = [["name", "created (UTC)", "set", "reranker", "queries", "passages"]]
    found = list_snapshots(folder)
    for line in found.snapshots:
        rows.append(
            [
                line.name,
                f"{line.created:%Y-%m-%d %H:%M:%S}",
                line.set,
                f"{Path(line.reranker).name} {line.reranker_fingerprint[:12]}",
                str(line.queries),
                str(line.passages),
            ]
        )
    lines = table(rows, left=4) if found.snapshots else [f"No snapshots in {folder}."]
    sys.stdout.write("\n".join([*lines, *(broken.error for broken in found.broken)]) + "\n")


def _export(options: argparse.Namespace) -> None:
    folder = Path(Settings.from_environment().snapshots_dir)
    run = load_snapshot(folder, options.name).run(options.stage)
    write_trec_run(run, options.to, f"{options.name}.{options.stage}")
    sys.stdout.write(f"{len(run)} queries of {options.name} written to {options.to}\n")


def _diff(options: argparse.Namespace) -> None:
    if options.queries < 0:
        raise JudgingError(f"--queries {options.queries}: must be at least 0.")
    folder = Path(Settings.from_environment().snapshots_dir)
    before, after = (load_snapshot(folder, name) for name in (options.before, options.after))
    qrels = read_qrels(options.qrels) if options.qrels else None
    text = diff_as_text(diff(before, after, qrels, options.stage), options.queries)
    sys.stdout.write(text + "\n")
