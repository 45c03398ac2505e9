"""python -m search query "…" · evaluate SET · pool · judge · snapshot · train · model"""

import argparse
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from index.command import run_command
from search.access.command import add_access_command
from search.engine import Engine
from search.errors import EvaluationError
from search.evaluation import evaluate
from search.judging.judge_command import add_judge_command
from search.judging.pool_command import add_pool_command
from search.judging.snapshot_command import add_snapshot_command
from search.model_command import add_model_command
from search.report import evaluation_as_text, ranking_as_json, ranking_as_text
from search.serving import serving_settings
from search.start import open_engine


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line on stderr and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    return run_command(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m search", description="Search and measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    query = commands.add_parser("query", help="search an index")
    query.add_argument("query")
    query.add_argument(
        "--index", metavar="DIR", help="index directory (default: the app's, built when missing)"
    )
    query.add_argument("--top-k", type=int, default=10, metavar="N")
    query.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only from it; repeatable"
    )
    query.add_argument("--json", action="store_true", help="print JSON")
    query.set_defaults(run=_query)
    measure = commands.add_parser("evaluate", help="measure every stage on a BEIR folder")
    measure.add_argument("set", type=Path, metavar="SET", help="folder with queries and qrels")
    measure.add_argument("--corpus", type=Path, metavar="FILE", help="corpus kept elsewhere")
    measure.add_argument("--json", type=Path, metavar="FILE", help="also write the table as JSON")
    measure.set_defaults(run=_evaluate)
    add_pool_command(commands)
    add_judge_command(commands)
    add_snapshot_command(commands)
    train = commands.add_parser("train", help="make pairs and models (needs the training extra)")
    train.add_argument("rest", nargs=argparse.REMAINDER, help="see: python -m search train --help")
    train.set_defaults(run=_train)
    add_model_command(commands)
    add_access_command(commands)
    return parser


def _query(options: argparse.Namespace) -> None:
    settings = serving_settings()
    engine = Engine.open(options.index, settings) if options.index else open_engine(settings)
    ranking = engine.search(options.query, options.top_k, options.source)
    if options.json:
        answer = {
            "query": ranking.query,
            "hits": ranking_as_json(ranking),
            "seconds": ranking.seconds,
            "notes": list(ranking.notes),
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(ranking_as_text(ranking) + "\n")


def _evaluate(options: argparse.Namespace) -> None:
    if options.json and not options.json.parent.is_dir():
        raise EvaluationError(
            f"{options.json}: there is no such folder. Make it or choose another."
        )
    evaluation = evaluate(options.set, serving_settings(), options.corpus)
    sys.stdout.write(evaluation_as_text(evaluation) + "\n")
    if options.json:
        options.json.write_text(
            json.dumps(asdict(evaluation), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def _train(options: argparse.Namespace) -> None:
    from search.training.__main__ import run  # its libraries are not needed to search

    run(options.rest)


if __name__ == "__main__":
    sys.exit(main())
