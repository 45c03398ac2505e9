"""python -m search model promote FOLDER · rollback · list"""

import argparse
import sys
from pathlib import Path

from search.judging.snapshot_report import table
from search.models import device_for
from search.promotion import history, promote, roll_back
from search.rerank import Reranker
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


def _promote(options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    Reranker(str(options.reranker), device_for(settings))  # raises for what can't rerank
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
