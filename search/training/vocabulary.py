"""Russian text -> a WordPiece tokenizer of stems and endings.

A word reads as stem + ending («явля» + «##ется»), so all forms of a lemma share the stem's
embedding and a word costs about 1.7 tokens, where an English vocabulary spells it letter by
letter. The result is a plain `tokenizer.json`: NFC, lower case, ё folded into е, й kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pymorphy3
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing
from tqdm import tqdm

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SHORTEST_STEM = 3
"""A shorter common prefix says nothing: such words (есть, шёл) stay whole."""
ENDINGS = 3000
ENGLISH_WORDS = 6000
"""How many of the base vocabulary's most frequent Latin entries are carried over."""

_WORD = re.compile(r"[а-яё]+|[a-z]+|\d+")
PRINTABLE = [
    *map(chr, range(0x21, 0x7F)),
    *map(chr, range(0xA1, 0x180)),
    *map(chr, range(0x391, 0x3CA)),
    *map(chr, range(0x400, 0x460)),
    *map(chr, range(0x2010, 0x2040)),
    *"₽€₴₸№™℃←↑→↓↔⇒−∑√∞∫≈≠≤≥×÷■□▪▶●◆★☆☐☑✓✔✗«»°²³‰′″\u0300\u0301\u0306\u0308",
]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer, and for every stem the lemma that lends it a meaning."""

    tokenizer: Tokenizer
    lemma_of_stem: dict[str, str]


def build_vocabulary(
    sources: Iterable[Iterable[str]], base_vocabulary: dict[str, int], stems: int = 30_000
) -> Vocabulary:
    """Count the word forms of the texts, keep the `stems` most frequent stems and their endings.

    Every source weighs the same, however long: questions must not drown in documentation.
    `base_vocabulary` is the English model's {piece: id}; ids fall with frequency in BERT's, so
    the lowest Latin ones are carried over. Words come back as: whole form where the stem would be
    shorter than `SHORTEST_STEM`, else common prefix of the lemma's forms of one part of speech and
    tense (so пиш- and писа- are two stems of one lemma).
    """
    forms = _weighted_forms(sources)
    stem_weight: dict[str, float] = defaultdict(float)
    ending_weight: dict[str, float] = defaultdict(float)
    lemma_weight: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    endings_of_stem: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    stemmer = _Stemmer()
    for form, weight in tqdm(forms.items(), desc="splitting forms", unit=" forms"):
        if not "а" <= form[0] <= "я" and form[0] != "ё":
            continue
        lemma, stem = stemmer.split(form)
        stem_weight[stem] += weight
        lemma_weight[stem][lemma] += weight
        endings_of_stem[stem][fold(form)[len(stem) :]] += weight
    kept = _heaviest(stem_weight)[:stems]
    for stem in kept:
        for ending, weight in endings_of_stem[stem].items():
            ending_weight[ending] += weight
    endings = [f"##{ending}" for ending in _heaviest(ending_weight)[:ENDINGS] if ending]
    pieces = [
        *SPECIAL,
        *PRINTABLE,
        *(f"##{character}" for character in PRINTABLE),
        *_latin(base_vocabulary, forms),
        *endings,
        *kept,
    ]
    tokenizer = _wordpiece(list(dict.fromkeys(pieces)))
    return Vocabulary(tokenizer, {stem: _heaviest(lemma_weight[stem])[0] for stem in kept})


def _weighted_forms(sources: Iterable[Iterable[str]]) -> dict[str, float]:
    """Occurrences per million words of a source, summed over the sources."""
    forms: dict[str, float] = defaultdict(float)
    for texts in sources:
        counts = Counter(
            word
            for text in tqdm(texts, desc="counting words", unit=" texts")
            for word in _WORD.findall(text.lower())
        )
        total = max(counts.total(), 1)
        for form, count in counts.items():
            forms[form] += 1e6 * count / total
    return forms


def _heaviest(weights: dict[str, float]) -> list[str]:
    """Keys by falling weight, ties by alphabet, so that a build repeats exactly."""
    return sorted(weights, key=lambda key: (-weights[key], key))


def fold(word: str) -> str:
    """Lower case with ё as е, as the tokenizer's normalizer leaves a word."""
    return word.lower().replace("ё", "е")


class _Stemmer:
    """Splits forms by paradigm; one paradigm of pymorphy3 serves all its forms."""

    def __init__(self) -> None:
        self._morphology = pymorphy3.MorphAnalyzer()
        self._prefixes: dict[tuple[str, str], str] = {}

    def split(self, form: str) -> tuple[str, str]:
        """(lemma with ё folded, stem) of a form; the whole form where no stem is long enough."""
        parse = self._morphology.parse(form)[0]
        group = f"{parse.tag.POS} {parse.tag.tense}"
        key = (f"{parse.normal_form} {parse.methods_stack[0][1:]}", group)
        prefix = self._prefixes.get(key)
        if prefix is None:
            prefix = self._prefixes[key] = _common_prefix(
                fold(other.word)
                for other in parse.lexeme
                if f"{other.tag.POS} {other.tag.tense}" == group
                and ("Supr" in other.tag) == ("Supr" in parse.tag)
            )
        folded = fold(form)
        whole = len(prefix) < SHORTEST_STEM or not folded.startswith(prefix)
        return fold(parse.normal_form), folded if whole else prefix


def _common_prefix(words: Iterable[str]) -> str:
    ordered = sorted(words)
    first, last = ordered[0], ordered[-1]
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]


def _latin(base_vocabulary: dict[str, int], forms: dict[str, float]) -> list[str]:
    """Latin and numeric pieces of the base: its most frequent, and whole words met in the texts."""
    by_id = sorted(base_vocabulary, key=base_vocabulary.__getitem__)
    usable = [piece for piece in by_id if re.fullmatch(r"(##)?([a-z]+|\d+)", piece)]
    met = [piece for piece in usable if forms.get(piece, 0.0) >= 5.0]
    return [*usable[:ENGLISH_WORDS], *met]


def _wordpiece(pieces: list[str]) -> Tokenizer:
    ids = {piece: number for number, piece in enumerate(pieces)}
    model = WordPiece(vocab=ids, unk_token="[UNK]", max_input_chars_per_word=200)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Lowercase(),
            normalizers.Replace("ё", "е"),
            normalizers.Replace("\u0301", ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer
