"""Part «Загрузка» of the «Пулы» tab: judgments made elsewhere, under an annotator's name."""

from pathlib import Path

import gradio as gr

from index.corpus import read_corpus
from search.judging.imports import Origin, save_import
from search.judging.known_texts import KnownTexts
from search.judging.qrels_file import read_qrels_file
from search.judging.query_set import QuerySet
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.attempt import NotReadyError, attempt
from search.ui.cards import message_html
from search.ui.events import BUSY
from search.ui.labelled import Labelled, relabel
from search.ui.pools.pool_checks import check_name_length
from search.ui.pools.pool_section import has_query_set
from search.ui.pools.section import Section
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN
from search.ui.pools.view import bad_lines_html
from search.ui.sign_in import annotator_name, signs_in_with_hub


def add_import(store: JudgmentStore, settings: Settings, language: gr.Radio) -> Section:
    """The form, with its event."""

    def import_judgments(
        file: str | None,
        annotator: str,
        skip_bad: bool,
        language: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> str:
        """Where people sign in, nobody imports under another name."""
        texts = POOLS_TEXTS[language]

        def bring() -> str:
            who = annotator_name(annotator, request, profile)
            if not file:
                raise NotReadyError(texts.no_bring_file)
            if not who:
                raise NotReadyError(
                    texts.not_signed_in if signs_in_with_hub() else texts.no_annotator
                )
            check_name_length(who, texts)
            if not has_query_set(settings):
                raise NotReadyError(texts.no_query_set)
            corpus = Path(settings.corpus)
            queries = QuerySet.read(corpus).queries
            known = KnownTexts.of(read_corpus(corpus), settings.window_chars)
            found = read_qrels_file(Path(file), queries, known, Origin(who))
            if found.bad and not skip_bad:
                return bad_lines_html(texts.refused, found.bad, texts)
            if not found.judgments:
                raise NotReadyError(texts.nothing_to_bring)
            saved = save_import(found, store, skip_bad)
            told = message_html(texts.saved.format(saved=len(saved), annotator=who))
            if not found.bad:
                return told
            return told + bad_lines_html(texts.skipped, found.bad, texts)

        return attempt(bring, language, texts.failure, file).html

    title = gr.Markdown(f"### {RUSSIAN.bring}")
    hint = gr.Markdown(RUSSIAN.bring_hint)
    file = gr.File(label=RUSSIAN.bring_file, height=120)
    annotator = gr.Textbox(label=RUSSIAN.bring_annotator, info=RUSSIAN.bring_annotator_hint)
    skip_bad = gr.Checkbox(False, label=RUSSIAN.skip_bad)
    button = gr.Button(RUSSIAN.bring_button)
    result = gr.HTML(padding=False)
    saved = button.click(import_judgments, [file, annotator, skip_bad, language], [result], **BUSY)
    labelled: Labelled = [
        relabel(title, POOLS_TEXTS, value=lambda texts: f"### {texts.bring}"),
        relabel(hint, POOLS_TEXTS, value="bring_hint"),
        relabel(file, POOLS_TEXTS, label="bring_file"),
        relabel(annotator, POOLS_TEXTS, label="bring_annotator", info="bring_annotator_hint"),
        relabel(skip_bad, POOLS_TEXTS, label="skip_bad"),
        relabel(button, POOLS_TEXTS, value="bring_button"),
        (result, lambda _: ""),
    ]
    return Section(labelled, changes=[saved])
