import hashlib
import json
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from search.errors import TrainingError
from search.training.examples import LeakageGuard, Report, read_answer_sentences
from search.training.mixture import Source, mix, read_mixture, shuffled
from search.training.pairs import Pair

LAKES = ["Байкал", "Ладога", "Онега", "Севан", "Ильмень", "Таймыр"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {
            "_id": f"lake-{n}",
            "title": f"Озеро {lake}",
            "text": f"{lake} — озеро. Глубина озера {lake} равна {n}00 метрам. Берега его круты.",
            "queries": [f"какова глубина озера {lake}"],
            "answers": [[1]],
        }
        for n, lake in enumerate(LAKES, 1)
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "lakes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, analyzer: Analyzer, *sources: Source) -> tuple[list[Pair], Report]:
    report = Report()
    guard = LeakageGuard([], analyzer)
    return list(mix(sources, [folder], guard, analyzer, None, report)), report


def test_sentences_are_the_passages_and_others_of_the_text_are_negatives(
    folder: Path, analyzer: Analyzer
) -> None:
    source = Source("lakes.jsonl", sentences=True, titles=False, hard=3, same_document=True)
    pairs, report = run(folder, analyzer, source)
    first = [pair for pair in pairs if pair.query == "какова глубина озера Байкал"]
    assert [pair.passage for pair in first if pair.label] == [
        "Глубина озера Байкал равна 100 метрам."
    ]
    assert "Байкал — озеро." in [pair.passage for pair in first if not pair.label]
    assert report.counts["queries of lakes.jsonl"] == len(LAKES)


def test_answer_sentences_of_a_row_stand_under_its_title(folder: Path) -> None:
    examples = list(read_answer_sentences(folder / "lakes.jsonl"))
    asked = [example for example in examples if example.query]
    assert len(examples) == 4 * len(LAKES) and len(asked) == len(LAKES)
    assert asked[1].passage == "Озеро Ладога\nГлубина озера Ладога равна 200 метрам."


def test_questions_of_a_file_of_their_own_stand_in_for_the_texts_queries(
    folder: Path, analyzer: Analyzer
) -> None:
    lines = (folder / "lakes.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    ours = {
        "text_sha256": hashlib.sha256(texts[2].encode()).hexdigest(),
        "queries": ["где Онега глубже всего", "берега Онеги"],
    }
    (folder / "ours.jsonl").write_text(json.dumps(ours), encoding="utf-8")
    source = Source("lakes.jsonl", questions="ours.jsonl", hard=3, easy=0)
    pairs, report = run(folder, analyzer, source)
    asked = {pair.query: pair.passage for pair in pairs if pair.label}
    assert asked == dict.fromkeys(ours["queries"], f"Озеро Онега\n{texts[2]}")
    assert report.counts["queries"] == 2
    assert sum(not pair.label for pair in pairs) == 6


def test_a_file_of_questions_without_their_text_is_refused(
    folder: Path, analyzer: Analyzer
) -> None:
    (folder / "ours.jsonl").write_text('{"queries": ["где"]}', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"ours\.jsonl:1: expected text_sha256 and queries"):
        run(folder, analyzer, Source("lakes.jsonl", questions="ours.jsonl"))


def test_a_heading_of_several_passages_is_left_out(tmp_path: Path, analyzer: Analyzer) -> None:
    rows = [{"query": "Примеры", "text": f"Пример номер {n} из книги."} for n in range(4)]
    rows += [{"query": f"Слово {lake}", "text": f"Слово про {lake} здесь."} for lake in LAKES]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "docs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pairs, report = run(tmp_path, analyzer, Source("docs.jsonl", hard=2, single=True))
    assert "Примеры" not in {pair.query for pair in pairs}
    assert report.counts["headings of several passages, left out"] == 4


def test_shuffling_keeps_the_pairs_of_a_query_together() -> None:
    pairs = [Pair(f"q{q}", f"p{p}", float(p == 0)) for q in range(5) for p in range(3)]
    mixed = shuffled(pairs, limit=4)
    assert len(mixed) == 12 and [p.query for p in mixed[::3]] == [p.query for p in mixed[2::3]]
    assert set(mixed) < set(pairs) and mixed == shuffled(pairs, limit=4)


def test_a_mixture_file_is_read_or_told(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text('[[source]]\nfile = "a.jsonl"\nhard = 2\nsingle = true\n', encoding="utf-8")
    assert read_mixture(file) == [Source("a.jsonl", hard=2, single=True)]
    wrong = ("x = 1", "[[source]]\nhard = 1", '[[source]]\nfile = "a"\nhard = "5"', "[[source")
    for text in (*wrong, '[[source]]\nfile = "a"\nhart = 5'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(TrainingError, match=r"m\.toml"):
            read_mixture(file)


def test_a_source_that_is_nowhere_is_told(tmp_path: Path, analyzer: Analyzer) -> None:
    with pytest.raises(TrainingError, match=r"nothing\.jsonl: not in"):
        run(tmp_path, analyzer, Source("nothing.jsonl"))


def test_our_own_mixtures_can_be_read() -> None:
    folder = Path(__file__).parents[3] / "data" / "pairs" / "mixtures"
    files = sorted(file.stem for file in folder.glob("*.toml"))
    assert files == ["documentation", "fourth", "full", "third", "wide"]
    assert all(read_mixture(folder / f"{name}.toml") for name in files)
