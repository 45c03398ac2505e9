import ast
import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from string import Formatter
from typing import Any

import gradio as gr
import pytest

from search import corpora as corpora_module
from search import uploads as uploads_module
from search.corpora import HOME, Corpora
from search.engine import Engine
from search.ui.cards import message_html
from search.ui.corpora.tab import add_corpora_tab
from search.ui.corpora.texts import CORPORA_TEXTS, ENGLISH, RUSSIAN, CorporaTexts
from search.ui.corpora.where import add_where
from search.ui.labelled import Labelled

RU, EN = CORPORA_TEXTS
HOSTILE = "<img src=x> {тексты}"


@dataclass(frozen=True)
class Tab:
    page: gr.Blocks
    labelled: Labelled
    corpora: Corpora
    note: Path

    def call(self, name: str, *given: object) -> Any:  # noqa: ANN401
        functions: list[Callable[..., Any]] = [
            block.fn for block in self.page.fns.values() if block.fn and block.name == name
        ]
        return functions[0](*given)

    def add(
        self, name: str, *files: Path, dataset: str = "", language: str = RU
    ) -> tuple[str, Any, Any, Any]:
        answer: tuple[str, Any, Any, Any] = self.call(
            "add_corpus", [str(file) for file in files], dataset, name, language
        )
        return answer


@pytest.fixture
def tab(small_engine: Engine, tmp_path: Path) -> Tab:
    corpora = Corpora(tmp_path / "corpora", small_engine)
    note = tmp_path / "upload" / "заметка.txt"
    note.parent.mkdir()
    note.write_text("Кактус поливают раз в месяц.", encoding="utf-8")

    async def build() -> tuple[gr.Blocks, Labelled]:
        with gr.Blocks(analytics_enabled=False) as page:
            language = gr.Radio([RU, EN], value=RU)
            where = add_where(corpora, language)
            where.render()
            with gr.Tab("Корпуса") as inside:
                labelled = add_corpora_tab(corpora, language, inside, where)
        return page, labelled

    return Tab(*asyncio.run(build()), corpora, note)


def error(text: str) -> str:
    return message_html(text, "message error")


def test_an_added_corpus_is_listed_and_offered(tab: Tab) -> None:
    html, *given = tab.add(HOSTILE, tab.note)
    assert html == message_html(RUSSIAN.added.format(name=HOSTILE, documents=1, passages=1))
    assert given == [None, "", ""]
    shelf, own, where = tab.call("refresh_corpora", None, HOME, RU)
    assert "&lt;img src=x&gt;" in shelf and "<img" not in shelf
    assert own["choices"] == [HOSTILE]
    assert where["choices"] == [(RUSSIAN.home, HOME), (HOSTILE, HOSTILE)]
    assert (where["visible"], where["value"]) == (True, HOME)


def test_what_cannot_be_added_is_told_and_stays_to_be_corrected(tab: Tab) -> None:
    broken = tab.note.with_name("битый.jsonl")
    broken.write_text("{", encoding="utf-8")
    for texts, language in ((RUSSIAN, RU), (ENGLISH, EN)):
        assert tab.add("а", language=language)[0] == error(texts.errors["no_files"])
        assert tab.add(" ", tab.note, language=language)[0] == error(texts.errors["no_name"])
        html, *given = tab.add("а", broken, language=language)
        told = texts.errors["unreadable"].format(error="битый.jsonl:1: not valid JSON")
        assert message_html(told, "message error")[:-6] in html
        assert str(tab.note.parent) not in html
        assert given == [gr.skip()] * 3
    assert tab.corpora.own() == ()


def test_a_dataset_that_cannot_be_added_is_told(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for texts, language in ((RUSSIAN, RU), (ENGLISH, EN)):
        both = tab.add("а", tab.note, dataset="owner/name", language=language)
        assert both == (error(texts.errors["both"]), *[gr.skip()] * 3)
        html = tab.add("а", dataset="owner/name", language=language)[0]
        assert html == error(texts.errors["no_hub"])
        html = tab.add("а", dataset=HOSTILE, language=language)[0]
        assert html == error(texts.errors["bad_dataset"].format(dataset=HOSTILE))
        assert "<img" not in html


def test_a_corpus_is_renamed(tab: Tab) -> None:
    tab.add("цветы", tab.note)
    assert tab.call("rename_corpus", None, "сад", HOME, RU)[0] == error(RUSSIAN.nothing_chosen)
    taken = RUSSIAN.errors["taken"].format(name="цветы")
    refused = (error(taken), gr.skip(), gr.skip())
    assert tab.call("rename_corpus", "цветы", "цветы", HOME, RU) == refused
    told = message_html(ENGLISH.renamed.format(name="цветы", new="сад"))
    *answer, where = tab.call("rename_corpus", "цветы", " сад ", "цветы", EN)
    assert answer == [told, ""]
    assert where["value"] == "сад"  # the search stays where it was
    assert tab.corpora.names() == (HOME, "сад")


def test_a_corpus_is_deleted_when_its_name_is_repeated(tab: Tab) -> None:
    tab.add("цветы", tab.note)
    refused = error(RUSSIAN.not_confirmed.format(name="цветы"))
    assert tab.call("delete_corpus", "цветы", "да", RU) == (refused, gr.skip())
    told = message_html(RUSSIAN.deleted.format(name="цветы"))
    assert tab.call("delete_corpus", "цветы", "цветы", RU) == (told, "")
    shelf, own, where = tab.call("refresh_corpora", "цветы", "цветы", RU)
    assert shelf == message_html(RUSSIAN.none_yet)
    assert (own["value"], where["value"], where["visible"]) == (None, HOME, False)


def test_adding_keeps_no_search_waiting_and_nothing_is_public(tab: Tab) -> None:
    blocks = [block for block in tab.page.fns.values() if block.name == "add_corpus"]
    assert {(b.concurrency_id, b.concurrency_limit) for b in blocks} == {("jobs", 1)}
    dependencies = tab.page.get_config_file()["dependencies"]
    assert {dependency["api_visibility"] for dependency in dependencies} == {"private"}


def test_every_label_has_the_other_language(tab: Tab) -> None:
    said = json.dumps([update(EN) for _, update in tab.labelled], ensure_ascii=False)
    assert not any("а" <= letter.lower() <= "я" for letter in said)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def all_texts(texts: CorporaTexts) -> dict[str, str]:
    flat: dict[str, str] = {}
    for field in fields(CorporaTexts):
        value = getattr(texts, field.name)
        rows = value if isinstance(value, dict) else {"": value}
        flat |= {f"{field.name}.{key}": text for key, text in rows.items()}
    return flat


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    assert russian.keys() == english.keys()
    for name, text in russian.items():
        assert text.strip() and english[name].strip() and text != english[name], name
        assert placeholders(text) == placeholders(english[name]), name


def test_every_reason_has_a_text_for_its_values() -> None:
    raised = {}
    sources = [Path(str(module.__file__)) for module in (corpora_module, uploads_module)]
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CorporaError":
            reason = node.args[1]
            assert isinstance(reason, ast.Constant)
            raised[reason.value] = {str(keyword.arg) for keyword in node.keywords}
    for texts in CORPORA_TEXTS.values():
        assert texts.errors.keys() == raised.keys()
        for reason, text in texts.errors.items():
            assert placeholders(text) <= raised[reason], reason
