"""python -m search model promote FOLDER · rollback · list · calibrate SET"""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from search.calibration import calibrate, judged_hits
from search.evaluation import engine_over, read_set
from search.judging.snapshot_report import table
from search.models import device_for
from search.promotion import history, promote, roll_back
from search.rerank import Reranker
from search.serving import serving_settings
from search.settings import Settings


def add_model_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `model` to the subparsers of `python -m search`."""
    model = commands.add_parser("model", help="put a reranker into service, or take it back")
    actions = model.add_subparsers(required=True, metavar="ACTION")
    put = actions.add_parser("promote", help="use this reranker from the next start on")
    put.add_argument("reranker", type=Path, metavar="FOLDER")
    put.add_argument("--note", default="", help="why: kept in the history")
    put.set_defaults(run=_promote)
    back = actions.add_parser("rollback", help="return to the reranker before")
    back.set_defaults(run=_rollback)
    listing = actions.add_parser("list", help="what is in service and what was before")
    listing.set_defaults(run=_list)
    learn = actions.add_parser("calibrate", help="learn probabilities from a judged set")
    learn.add_argument("set", type=Path, metavar="SET", help="BEIR folder with queries and qrels")
    learn.add_argument("--corpus", type=Path, metavar="FILE", help="corpus kept elsewhere")
    learn.set_defaults(run=_calibrate)


def _promote(options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    Reranker.open(str(options.reranker), device_for(settings))  # raises for what can't rerank
    promoted = promote(Path(settings.promotions), options.reranker, options.note)
    sys.stdout.write(f"{promoted.reranker} is used from the next start on.\n")


def _rollback(_: argparse.Namespace) -> None:
    file = Path(Settings.from_environment().promotions)
    taken = roll_back(file)
    left = history(file)
    now = left[-1].reranker if left else Settings().reranker
    sys.stdout.write(f"{taken.reranker} is out of service, from the next start on: {now}\n")


def _list(_: argparse.Namespace) -> None:
    promoted = history(Path(Settings.from_environment().promotions))
    rows = [["", Settings().reranker, "embedded"]]
    rows += [[p.time[:19], p.reranker, p.note] for p in promoted]
    rows[-1][-1] = f"{rows[-1][-1]} (in service)".strip()
    sys.stdout.write("\n".join(table(rows, left=3)) + "\n")


def _calibrate(options: argparse.Namespace) -> None:
    settings = serving_settings()
    queries, qrels = read_set(options.set)
    with engine_over(options.corpus or options.set, settings) as engine:
        rankings = {
            query_id: engine.rerank(engine.candidates(queries[query_id]))
            for query_id in tqdm(qrels, desc="searching", unit=" queries")
        }
        hits = judged_hits(rankings, qrels)
        encoder = engine.models.encoder.fingerprint
        found = calibrate(hits, options.set.resolve().name, settings, encoder)
    file = found.write(Path(settings.reranker))
    sys.stdout.write(
        f"{file}: {found.pairs} judged pairs of {found.queries} queries, {found.positives} "
        f"relevant; unseen queries: log loss {found.log_loss:.4f}, Brier {found.brier:.4f}, "
        f"ECE {found.ece:.4f}; {found.answers} of {found.first_hits} first hits give a short "
        f"answer, {found.answers_relevant} of them relevant\n"
    )
