"""python -m search judge backup · restore"""

import argparse
import sys
from pathlib import Path

from search.judging.backup import Rows, back_up, restore
from search.judging.store import JudgmentStore
from search.settings import Settings


def add_backup_actions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both to the actions of `judge`."""
    keep = actions.add_parser("backup", help="copy all judgments, pools and votes into a file")
    keep.set_defaults(run=_back_up)
    fill = actions.add_parser("restore", help="fill an empty database from such a file")
    fill.set_defaults(run=_restore)
    for action in (keep, fill):
        action.add_argument("file", type=Path, metavar="FILE", help="….jsonl.gz")


def _back_up(options: argparse.Namespace) -> None:
    with JudgmentStore.open(Settings.from_environment().database_url) as store:
        _say(back_up(store, options.file), f"copied to {options.file}")


def _restore(options: argparse.Namespace) -> None:
    with JudgmentStore.open(Settings.from_environment().database_url) as store:
        _say(restore(store, options.file), f"restored from {options.file}")


def _say(rows: Rows, done: str) -> None:
    told = ", ".join(f"{count} {name}" for name, count in rows.items()) or "nothing to keep"
    sys.stdout.write(f"{told}: {done}\n")
