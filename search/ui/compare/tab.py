"""The «Сравнение» tab: one query, two settings, results side by side, a blind vote."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import gradio as gr

from search.corpora import Corpora
from search.errors import QueryError
from search.judging.store import JudgmentStore
from search.judging.votes import Vote, save_vote, tally, votes
from search.rivals import HOME, Rivals
from search.ui.attempt import NotReadyError, attempt
from search.ui.cards import message_html
from search.ui.compare.texts import COMPARE_TEXTS, RUSSIAN, CompareTexts
from search.ui.compare.trial import Trial
from search.ui.compare.view import trial_html, verdict_html
from search.ui.events import BUSY, JUDGING, MODELS, QUIET
from search.ui.labelled import Labelled, relabel
from search.ui.sign_in import annotator_name
from search.ui.texts import LANGUAGES, stage_choices
from search.variant import LIMITS, Variant

_STEPS = {"dense_weight": 0.05, "bm25_share": 0.5, "dense_share": 0.5}
_SIDES = ("left", "tie", "right")


def add_compare_tab(
    corpora: Corpora, store: JudgmentStore, language: gr.Radio, signed: gr.BrowserState
) -> Labelled:
    """Lay the tab out inside the open one; `signed` holds who votes, {"name", "pool"}."""
    rivals = Rivals.of(corpora.home)
    corpora.when_moved(rivals.move_to)
    with gr.Row(equal_height=True):
        query = gr.Textbox(label=RUSSIAN.query_label, scale=6, elem_id="versus-query")
        button = gr.Button(RUSSIAN.button, variant="primary", scale=1, elem_id="versus-go")
    with gr.Row():
        a, a_words = _settings(rivals, "A", "reranked")
        b, b_words = _settings(rivals, "B", "fused")
    trial = gr.State(None)
    results = gr.HTML(message_html(RUSSIAN.empty), elem_id="versus-results")
    with gr.Row():
        ballots = [
            gr.Button(RUSSIAN.votes[side], interactive=False, elem_id=f"vote-{side}")
            for side in _SIDES
        ]
    verdict = gr.HTML(elem_id="versus-verdict")

    def counted(trial: Trial, texts: CompareTexts) -> str:
        return verdict_html(trial, tally(votes(store), trial.a, trial.b), texts)

    def compare(query: str, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- controls
        """The settings of A, those of B, then the language."""
        *chosen, spoken = values
        half = len(chosen) // 2
        texts, drawn, told = COMPARE_TEXTS[spoken], None, ""

        def draw() -> str:
            nonlocal drawn, told
            first, second = Variant(*chosen[:half]), Variant(*chosen[half:])
            if first == second:
                raise NotReadyError(texts.same)
            try:
                trial = Trial.draw(rivals, query, first, second)
            except QueryError as error:
                words = LANGUAGES[spoken].query_errors[error.reason]
                raise NotReadyError(words.format(**error.values)) from error
            html, told = trial_html(trial, texts), counted(trial, texts)
            drawn = trial
            return html

        answer = attempt(draw, spoken, texts.failed)
        return drawn, answer.html, told, *_open(answer.done)

    def vote(
        side: str,
        trial: Trial,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        texts = COMPARE_TEXTS[spoken]
        who = annotator_name(kept["name"], request, profile)
        voted = replace(trial, choice=trial.choice_of(side))

        def save() -> str:
            if not who:
                raise NotReadyError(texts.sign_in)
            save_vote(
                store,
                Vote(trial.left.query, who, trial.a, trial.b, trial.choice_of(side)),
            )
            return counted(voted, texts)

        answer = attempt(save, spoken)
        return voted if answer.done else trial, answer.html, *_open(not answer.done)

    def say_again(trial: Trial | None, spoken: str) -> tuple[str, str]:
        """What is shown, in another language."""
        texts = COMPARE_TEXTS[spoken]
        if trial is None:
            return message_html(texts.empty), ""
        told = attempt(lambda: counted(trial, texts), spoken, texts.failed).html
        return trial_html(trial, texts), told

    ask: dict[str, Any] = {
        "fn": compare,
        "inputs": [query, *a, *b, language],
        "outputs": [trial, results, verdict, *ballots],
        **BUSY,
        **MODELS,
    }
    button.click(**ask)
    query.submit(**ask)
    for side, ballot in zip(_SIDES, ballots, strict=True):
        asked = [gr.State(side), trial, signed, language]
        ballot.click(vote, asked, [trial, verdict, *ballots], **QUIET, **JUDGING)
    language.change(say_again, [trial, language], [results, verdict], **QUIET, **JUDGING)
    return [
        relabel(query, COMPARE_TEXTS, label="query_label"),
        relabel(button, COMPARE_TEXTS, value="button"),
        *a_words,
        *b_words,
        *(
            relabel(ballot, COMPARE_TEXTS, value=_ballot(side))
            for side, ballot in zip(_SIDES, ballots, strict=True)
        ),
    ]


def _settings(rivals: Rivals, name: str, stage: str) -> tuple[list[Any], Labelled]:
    """Controls in the order of `Variant`'s fields; those that leave no choice are hidden."""
    start = asdict(Variant.of(rivals.home.settings, stage))
    with gr.Column():
        gr.Markdown(f"### {name}")
        stages = gr.Dropdown(
            stage_choices(LANGUAGES["Русский"].stages), value=stage, label=RUSSIAN.fields["stage"]
        )
        sliders = {
            field: gr.Slider(
                low,
                max(high, start[field]),
                value=start[field],
                step=_STEPS.get(field, 1),
                label=RUSSIAN.fields[field],
            )
            for field, (low, high) in LIMITS.items()
        }
        named = {"reranker": rivals.rerankers, "index": rivals.indexes}
        dropdowns = {
            field: gr.Dropdown(
                _choices(labels, RUSSIAN),
                value=HOME,
                label=RUSSIAN.fields[field],
                visible=len(labels) > 1,
            )
            for field, labels in named.items()
        }
    words: Labelled = [
        (
            stages,
            lambda spoken: gr.update(
                label=COMPARE_TEXTS[spoken].fields["stage"],
                choices=stage_choices(LANGUAGES[spoken].stages),
            ),
        ),
        *(relabel(slider, COMPARE_TEXTS, label=_field(field)) for field, slider in sliders.items()),
        *(
            relabel(
                dropdown,
                COMPARE_TEXTS,
                label=_field(field),
                choices=partial(_choices, named[field]),
            )
            for field, dropdown in dropdowns.items()
        ),
    ]
    return [stages, *sliders.values(), *dropdowns.values()], words


def _choices(labels: tuple[str, ...], texts: CompareTexts) -> list[tuple[str, str]]:
    return [(label or texts.own, label) for label in labels]


def _open(votable: bool) -> list[Any]:
    return [gr.update(interactive=votable)] * len(_SIDES)


def _ballot(side: str) -> Callable[[CompareTexts], str]:
    return lambda texts: texts.votes[side]


def _field(name: str) -> Callable[[CompareTexts], str]:
    return lambda texts: texts.fields[name]
