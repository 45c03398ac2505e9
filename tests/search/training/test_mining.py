import json
from pathlib import Path

import numpy as np
import pytest

from index.analyzer import Analyzer
from index.encoder import Encoder
from search.errors import TrainingError
from search.rerank import Reranker
from search.settings import Settings
from search.training.examples import Example, Report
from search.training.mining import Miner, Mining
from search.training.pairs import Pair, read_pairs, write_pairs

CAPITALS = [
    ("столица Франции", "Париж — столица Франции на Сене.", "fr"),
    ("столица Италии", "Рим — столица Италии на Тибре.", "it"),
    ("столица Испании", "Мадрид — столица Испании, город на плато.", "es"),
    ("столица Греции", "Афины — столица Греции у моря.", "gr"),
    ("столица Польши", "Варшава — столица Польши на Висле.", "pl"),
    ("столица Чехии", "Прага — столица Чехии на Влтаве.", "cz"),
]


def mine(
    examples: list[Example], analyzer: Analyzer, **how: int
) -> tuple[list[Pair], dict[str, int]]:
    report = Report()
    miner = Miner(examples, analyzer, Mining(**how), report)
    return list(miner.pairs()), dict(report.counts)


def test_each_query_gets_its_positive_and_the_wanted_negatives(analyzer: Analyzer) -> None:
    examples = [Example(*row) for row in CAPITALS]
    pairs, counts = mine(examples, analyzer, hard=3, easy=1)
    assert counts == {"queries": 6, "pairs": 6 * (1 + 3 + 1)}
    answers = {query: passage for query, passage, _ in CAPITALS}
    for query in answers:
        group = [pair for pair in pairs if pair.query == query]
        assert [pair.label for pair in group] == [1.0, 0.0, 0.0, 0.0, 0.0]
        assert group[0].passage == answers[query]
        assert len({pair.passage for pair in group}) == 5
        assert group[0].lexical == max(pair.lexical or 0 for pair in group)


def test_passages_of_the_same_document_and_near_duplicates_are_no_negatives(
    analyzer: Analyzer,
) -> None:
    twin = Example("главный город Франции", "Париж — столица Франции на Сене!", "copy")
    neighbour = Example("река Парижа", "Столица Франции стоит на Сене, реке севера.", "fr")
    examples = [*(Example(*row) for row in CAPITALS), twin, neighbour]
    pairs, counts = mine(examples, analyzer, hard=3, easy=1)
    group = {pair.passage for pair in pairs if pair.query == "столица Франции"}
    assert twin.passage not in group and neighbour.passage not in group
    assert counts["nearly the positive's text, left out"] > 0
    assert counts["same document, left out"] > 0


def test_judged_negatives_come_first(analyzer: Analyzer) -> None:
    judged = Example("столица Франции", "Лион — город во Франции.", "lyon", negative=True)
    pairs, _ = mine([*(Example(*row) for row in CAPITALS), judged], analyzer, hard=2, easy=0)
    group = [pair for pair in pairs if pair.query == "столица Франции"]
    assert group[1].passage == judged.passage and group[1].label == 0.0


def test_an_encoder_finds_the_nearest_even_without_a_common_word(
    analyzer: Analyzer, encoder: Encoder
) -> None:
    answers = {
        "чем питается кит": "Рачками богато море.",
        "во сколько встаёт солнце": "Утром, около шести.",
        "из чего пекут хлеб": "Нужны мука и дрожжи.",
        "где спит медведь": "Зимой в берлоге тепло.",
        "какой глубины озеро": "До дна тысяча метров.",
    }
    examples = [Example(*row, str(n)) for n, row in enumerate(answers.items())]
    mining = Mining(hard=2, easy=0)  # the best-ranked half always
    pairs = list(Miner(examples, analyzer, mining, Report(), encoder).pairs())
    passages = list(answers.values())
    vectors = encoder.encode_passages(passages)
    for query, answer in answers.items():
        order = np.argsort(-vectors @ encoder.encode_query(query)[0])
        nearest = next(passages[row] for row in order if passages[row] != answer)
        assert nearest in [pair.passage for pair in pairs if pair.query == query and not pair.label]


@pytest.mark.parametrize(("margin", "kept"), [(-1000.0, 3), (1000.0, 1)])
def test_a_teacher_drops_mined_negatives_near_the_positive_but_no_judged_one(
    analyzer: Analyzer, settings: Settings, margin: float, kept: int
) -> None:
    judged = Example("столица Франции", "Лион — город во Франции.", "lyon", negative=True)
    examples = [*(Example(*row) for row in CAPITALS), judged]
    report, teacher = Report(), Reranker.open(settings.reranker)
    mining = Mining(hard=3, easy=0, margin=margin)
    pairs = list(Miner(examples, analyzer, mining, report, teacher=teacher).pairs())
    group = [pair.passage for pair in pairs if pair.query == "столица Франции"]
    assert group[:2] == [CAPITALS[0][1], judged.passage]
    assert len(group) == 1 + kept
    dropped = 0 if kept == 3 else 5 * 3 + 2
    assert report.counts["suspected false negatives, left out"] == dropped


@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs.jsonl.gz"])
def test_pairs_come_back_as_written(tmp_path: Path, name: str) -> None:
    pairs = [Pair("кто", "Кот.", 1.0, 2.5), Pair("кто", "Пёс.", 0.0)]
    write_pairs(pairs, tmp_path / name)
    assert read_pairs(tmp_path / name) == pairs


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"sentence_0": "a", "label": 1}, "no column sentence_1"),
        ({"sentence_0": " ", "sentence_1": "b", "label": 1}, "isn't empty"),
        (
            {"sentence_0": "a", "sentence_1": "b", "label": 1.5},
            "label 1.5 is not a number from 0 to 1",
        ),
        ({"sentence_0": "a", "sentence_1": "b", "label": "1"}, "label '1' is not"),
    ],
)
def test_a_broken_pair_is_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(TrainingError, match=rf"pairs.jsonl:1: .*{message}"):
        read_pairs(file)


def test_one_class_only_is_refused(tmp_path: Path) -> None:
    write_pairs([Pair("a", "b", 1.0)], tmp_path / "pairs.jsonl")
    with pytest.raises(TrainingError, match="only labels above 0.5"):
        read_pairs(tmp_path / "pairs.jsonl")
