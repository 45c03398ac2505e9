"""A multilingual vocabulary -> the pieces that Russian texts need, with their embeddings.

Four fifths of multilingual-e5-small are embeddings of pieces that no Russian text ever uses. What
is kept reads as before; what is dropped is spelled by shorter pieces.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing
from tqdm import tqdm

from search.training.embeddings import Matrix
from search.training.packed import PackedModel
from search.training.vocabulary import PRINTABLE

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
RARE = -20.0
"""Log probability of a character that the multilingual vocabulary lacks."""
BATCH = 1000


def prune(
    model: PackedModel, sources: Iterable[Iterable[str]], keep: int
) -> tuple[Tokenizer, Matrix]:
    """A tokenizer of `keep` pieces and their embeddings, shape (keep, hidden size).

    Every source weighs the same, however long. All printable Russian text is readable: its
    characters are pieces whatever their frequency.
    """
    known = {piece: number for number, (piece, _) in enumerate(model.pieces)}
    characters = {c for c in normalizer().normalize_str("".join(PRINTABLE)) if not c.isspace()}
    pieces = [*SPECIAL, "▁", *sorted(characters)]
    weights = _weighted_pieces(model, sources)
    frequent = sorted(weights, key=lambda piece: (-weights[piece], piece))
    pieces = list(dict.fromkeys([*pieces, *frequent]))[:keep]
    scored = [
        (piece, model.pieces[known[piece]][1] if piece in known else RARE) for piece in pieces
    ]
    embeddings = model.tensors["embeddings.word_embeddings.weight"]
    rows = [known.get(piece, model.unk) for piece in pieces]
    return _tokenizer(scored, SPECIAL.index("<unk>")), np.ascontiguousarray(embeddings[rows])


def normalizer() -> normalizers.Normalizer:
    """NFKC with case and й kept, ё folded into е, stress marks and double spaces gone."""
    return normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace("ё", "е"),
            normalizers.Replace("Ё", "Е"),
            normalizers.Replace("\u0301", ""),
        ]
    )


def _weighted_pieces(model: PackedModel, sources: Iterable[Iterable[str]]) -> dict[str, float]:
    """Occurrences per million pieces of a source, summed over the sources."""
    tokenizer = _tokenizer(model.pieces, model.unk)
    weights: dict[str, float] = defaultdict(float)
    for texts in sources:
        counts: Counter[int] = Counter()
        batch: list[str] = []
        for text in tqdm(texts, desc="counting pieces", unit=" texts"):
            batch.append(text)
            if len(batch) == BATCH:
                _count(tokenizer, batch, counts)
                batch = []
        _count(tokenizer, batch, counts)
        total = max(counts.total(), 1)
        for number, count in counts.items():
            weights[model.pieces[number][0]] += 1e6 * count / total
    return weights


def _count(tokenizer: Tokenizer, texts: list[str], counts: Counter[int]) -> None:
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        counts.update(encoding.ids)


def _tokenizer(pieces: list[tuple[str, float]], unk: int) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(pieces, unk_id=unk))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    ids = {name: tokenizer.token_to_id(name) for name in ("<s>", "</s>")}
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B:1 </s>:1",
        special_tokens=list(ids.items()),
    )
    tokenizer.add_special_tokens(
        [name for name in SPECIAL if tokenizer.token_to_id(name) is not None]
    )
    return tokenizer
