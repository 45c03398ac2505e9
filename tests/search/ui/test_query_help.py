from pathlib import Path

from search.corpora import HOME, Corpora
from search.engine import Engine
from search.ui.query_help import QueryHelps
from search.ui.texts import RUSSIAN


def test_each_corpus_helps_with_its_own_words(small_engine: Engine, tmp_path: Path) -> None:
    corpora = Corpora(tmp_path / "corpora", small_engine)
    note = tmp_path / "Кактусы зимой.txt"
    note.write_text("Кактус поливают раз в месяц.", encoding="utf-8")
    corpora.add("цветы", [note])
    helps = QueryHelps(corpora, ["кактус или кит"])
    assert "кактус или кит" in helps.completions_html(HOME, "как", RUSSIAN)
    offered = helps.completions_html("цветы", "как", RUSSIAN)
    assert "Кактусы зимой" in offered and "кактус или кит" not in offered
    assert helps.of("цветы") is helps.of("цветы")
    assert "кактус" in helps.suggestion_html("цветы", "кактуз", RUSSIAN)
    corpora.delete("цветы")
    assert helps.completions_html("цветы", "как", RUSSIAN) == ""
    assert helps.suggestion_html("цветы", "кактуз", RUSSIAN) == ""
