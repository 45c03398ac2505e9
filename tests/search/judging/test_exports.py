import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytrec_eval

from index.cells import safe_cell
from index.corpus import Document, read_corpus
from search.errors import JudgingError
from search.evaluation import Qrels, Run, read_qrels, read_queries
from search.judging.exports import (
    COLUMNS,
    new_path,
    with_pseudonyms,
    write_beir,
    write_csv,
    write_jsonl,
    write_trec_qrels,
    write_trec_run,
)
from search.judging.judgment import Judgment, text_hash
from search.judging.query_set import Query, QuerySet
from search.judging.stale import Freshness

WHALE = Document("whale", "Киты", "Синий кит питается рачками.")
TEA = Document("чай и вода", "", "Чай заваривают кипятком.")
BREAD = Document("bread", "Хлеб", "Хлеб пекут из муки.")
ODD = 'чем\tпитается\n"синий" кит на 100%?'


def judged(document: Document, grade: int | None, **values: str) -> Judgment:
    text = f"{document.title}\n{document.text}" if document.title else document.text
    fields = {"query": "чем питается кит", "query_id": "q1", "annotator": "anna"} | values
    return Judgment(
        passage_id=document.id,
        document_id=document.id,
        text_hash=text_hash(text),
        grade=grade,
        **fields,
    )


def test_trec_qrels_are_read_by_trec_evals_parser(tmp_path: Path) -> None:
    qrels: Qrels = {"q1": {"whale": 3, "чай и вода": 0}, ODD: {"whale": 2}}
    write_trec_qrels(qrels, tmp_path / "qrels.txt")
    with (tmp_path / "qrels.txt").open(encoding="utf-8") as stream:
        read = pytrec_eval.parse_qrel(stream)
    assert read == {
        "q1": {"whale": 3, "чай%20и%20вода": 0},
        'чем%09питается%0A"синий"%20кит%20на%20100%25?': {"whale": 2},
    }


def test_a_trec_run_ranks_as_trec_eval_does(tmp_path: Path) -> None:
    run: Run = {ODD: {"b": 0.5, "c": 1 / 3, "a": 0.5, "d": 2}, "q2": {}}
    write_trec_run(run, tmp_path / "run.txt", "bm25")
    lines = (tmp_path / "run.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[2:] for line in lines] == [
        ["d", "1", "2.0", "bm25"],
        ["b", "2", "0.5", "bm25"],
        ["a", "3", "0.5", "bm25"],
        ["c", "4", repr(1 / 3), "bm25"],
    ]
    with (tmp_path / "run.txt").open(encoding="utf-8") as stream:
        (read,) = pytrec_eval.parse_run(stream).values()
    assert read == run[ODD]


def test_a_run_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match="tag 'мой прогон': a run's tag is one word"):
        write_trec_run({"q": {"a": 1.0}}, tmp_path / "run.txt", "мой прогон")
    with pytest.raises(JudgingError, match="document 'a': the score nan is no finite"):
        write_trec_run({"q": {"a": float("nan")}}, tmp_path / "run.txt", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_beir_folder_is_read_back_as_it_was_judged(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    judgments = [
        judged(WHALE, 3),
        judged(WHALE, 1, annotator="boris"),
        judged(TEA, 0),
        judged(BREAD, None),
        judged(TEA, 2, query=ODD, query_id=""),
    ]
    needs = {"чем питается кит": "Нужно название пищи.", "другое": "…"}
    counts = write_beir(judgments, iter([WHALE, TEA, BREAD]), folder, needs)
    assert counts == {Freshness.FRESH: 5}
    assert list(read_corpus(folder)) == [WHALE, TEA, BREAD]
    odd_id = 'чем%09питается%0A"синий" кит на 100%25?'
    assert read_queries(folder) == {"q1": "чем питается кит", odd_id: ODD}
    assert read_qrels(folder) == {"q1": {"whale": 1, "чай и вода": 0}, odd_id: {"чай и вода": 2}}
    assert QuerySet.read(folder).queries[0] == Query(
        "q1", "чем питается кит", "Нужно название пищи."
    )
    assert sorted(file.name for file in folder.iterdir()) == [
        "corpus.jsonl",
        "qrels.tsv",
        "queries.jsonl",
    ]


def test_judgments_of_other_texts_stay_out_of_a_beir_folder(tmp_path: Path) -> None:
    rewritten = replace(TEA, text="Чай заваривают холодной водой.")
    judgments = [judged(WHALE, 3), judged(TEA, 2), judged(BREAD, 1)]
    counts = write_beir(judgments, [WHALE, rewritten], tmp_path / "set")
    assert counts == {Freshness.FRESH: 1, Freshness.CHANGED: 1, Freshness.GONE: 1}
    assert read_qrels(tmp_path / "set") == {"q1": {"whale": 3}}
    with pytest.raises(JudgingError) as error:
        write_beir(judgments[1:], [rewritten], tmp_path / "none")
    assert str(error.value) == (
        "None of the 2 judgments grades a text that the corpus holds (1 changed, 1 gone, 0 "
        "without a grade). Give the corpus that was judged."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_judged_window_grades_its_document(tmp_path: Path) -> None:
    long = Document("кит", "", " ".join(f"Кит номер {n} ныряет глубоко." for n in range(20)))
    window = judged(replace(long, id="кит#2", text="Кит номер 6 ныряет глубоко."), 2)
    window = replace(window, document_id="кит")
    with pytest.raises(JudgingError, match="1 changed"):
        write_beir([window], [long], tmp_path / "set", window_chars=200)
    # Seven sentences of 27 characters and their spaces make 195 of 200: 0 to 6. The last is shared,
    # so 6 to 9 and three of 28 characters follow, 198 in all.
    text = " ".join(f"Кит номер {n} ныряет глубоко." for n in range(6, 13))
    window = replace(window, text_hash=text_hash(text))
    write_beir([window], [long], tmp_path / "set", window_chars=200)
    assert read_qrels(tmp_path / "set") == {"q1": {"кит": 2}}


def test_jsonl_keeps_every_column(tmp_path: Path) -> None:
    time = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
    rows = [
        replace(judged(WHALE, 3, comment="Ёлки\nи «палки»"), id=7, time=time),
        judged(TEA, None),
    ]
    write_jsonl(rows, tmp_path / "all.jsonl")
    first, second = map(json.loads, (tmp_path / "all.jsonl").read_text("utf-8").splitlines())
    assert tuple(first) == COLUMNS
    assert first == {
        "query": "чем питается кит",
        "passage_id": "whale",
        "document_id": "whale",
        "text_hash": text_hash("Киты\nСиний кит питается рачками."),
        "annotator": "anna",
        "grade": 3,
        "comment": "Ёлки\nи «палки»",
        "query_id": "q1",
        "pool": "",
        "snapshot": "",
        "time": "2025-03-01T12:30:00+00:00",
        "id": 7,
    }
    assert second["grade"] is None and second["time"] is None


def test_csv_opens_in_a_russian_spreadsheet(tmp_path: Path) -> None:
    rows = [judged(WHALE, 0, comment='да; "нет"\nили'), judged(TEA, None)]
    write_csv(rows, tmp_path / "all.csv")
    content = (tmp_path / "all.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfquery;")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream, delimiter=";")
    assert (first["comment"], first["grade"]) == ('да; "нет"\nили', "0")
    assert (second["grade"], second["passage_id"]) == ("", "чай и вода")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'"])
def test_no_cell_is_run_as_a_formula(tmp_path: Path, start: str) -> None:
    comment = f"{start}HYPERLINK(1)"
    row = judged(WHALE, 0, comment=comment, query=f"{start}5 градусов это тепло")
    write_csv([row], tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as stream:
        (read,) = csv.DictReader(stream, delimiter=";")
    write_jsonl([row], tmp_path / "all.jsonl")
    for found in (read, json.loads((tmp_path / "all.jsonl").read_text("utf-8"))):
        assert (found["comment"], found["query"]) == (f"'{comment}", f"'{row.query}")
    assert safe_cell("5 = 5") == "5 = 5"


def test_pseudonyms_are_stable_and_tell_nothing() -> None:
    rows = [judged(WHALE, 3), judged(TEA, 1, annotator="Борис"), judged(BREAD, 0)]
    hidden = with_pseudonyms(rows, "соль и перец")
    names = [row.annotator for row in hidden]
    assert names[0] == names[2] != names[1]
    assert all(len(name) == len("annotator-") + 12 for name in names)
    assert [
        replace(new, annotator=old.annotator) for new, old in zip(hidden, rows, strict=True)
    ] == rows
    assert with_pseudonyms(rows, "соль и перец") == hidden
    assert with_pseudonyms(rows, "другая соль")[0].annotator != names[0]
    # printf anna | openssl dgst -sha256 -hmac "salt and pepper"
    assert with_pseudonyms(rows, "salt and pepper")[0].annotator == "annotator-b916adf31f90"
    with pytest.raises(JudgingError, match="The salt has 4 characters, at least 8"):
        with_pseudonyms(rows, "соль")


def test_nothing_is_overwritten_and_nothing_is_left_half(tmp_path: Path) -> None:
    file = tmp_path / "qrels.txt"
    write_trec_qrels({"q": {"d": 1}}, file)
    with pytest.raises(JudgingError, match="qrels.txt: is there already. Choose another name"):
        write_trec_qrels({"q": {"d": 2}}, file)
    assert file.read_text() == "q 0 d 1\n"
    with pytest.raises(ZeroDivisionError), new_path(tmp_path / "half") as draft:
        draft.write_text("…")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(JudgingError, match=r"gone/qrels.txt: can't be written \(No such file"):
        write_trec_qrels({"q": {"d": 2}}, tmp_path / "gone" / "qrels.txt")
