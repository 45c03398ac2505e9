"""Form of the «Пулы» tab: pool what the search finds for a set of queries."""

from pathlib import Path

import gradio as gr

from search.corpora import Corpora
from search.engine import Engine
from search.hits import STAGES, Ranking
from search.judging.pool import pool_of_rankings
from search.judging.query_set import QuerySet
from search.judging.query_table import read_query_table
from search.judging.rankers import rankings_of
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.attempt import NotReadyError, attempt
from search.ui.events import BUSY, JOBS, QUIET
from search.ui.labelled import Labelled, relabel
from search.ui.pools.pool_checks import check_plan
from search.ui.pools.pool_numbers import add_pool_numbers, pool_plan
from search.ui.pools.section import Section
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN, PoolsTexts
from search.ui.pools.view import made_html, query_table_html
from search.ui.texts import stage_choices

PROGRESS = gr.Progress()


def add_pool_form(corpora: Corpora, store: JudgmentStore, language: gr.Radio) -> Section:
    """The form, with its events; making a pool is a job, which nobody's search waits for."""
    settings = corpora.home.settings

    def preview_queries(file: str | None, language: str) -> str:
        texts = POOLS_TEXTS[language]
        if not file:
            return ""
        return attempt(
            lambda: query_table_html(read_query_table(Path(file)), texts),
            language,
            texts.failure,
            file,
        ).html

    def make_pool(
        name: str,
        source: str,
        file: str | None,
        limit: int | None,
        rankers: list[str],
        depth: int | None,
        overlap: int | None,
        seed: int | None,
        language: str,
        progress: gr.Progress = PROGRESS,
    ) -> str:
        texts = POOLS_TEXTS[language]

        def make() -> str:
            plan = pool_plan(name, depth, overlap, seed, texts)
            if not rankers:
                raise NotReadyError(texts.no_rankers)
            check_plan(plan, store, texts)
            queries = _first(_queries(settings, source, file, texts), limit, texts)
            rankings = _rankings(corpora.home, queries, rankers, texts, progress)
            if not any(found.hits for ranked in rankings.values() for found in ranked.values()):
                raise NotReadyError(texts.nothing_found)
            pool = pool_of_rankings(
                plan.name, rankings, queries.queries, plan.depth, plan.overlap, plan.seed
            )
            return made_html(store.save_pool(pool), texts)

        return attempt(make, language, texts.failure, file).html

    labelled: Labelled = []
    own_set = has_query_set(settings)
    with gr.Accordion(RUSSIAN.make) as box:
        with gr.Row():
            name = gr.Textbox(
                label=RUSSIAN.name, info=RUSSIAN.name_hint, scale=3, elem_id="pool-name"
            )
            limit = gr.Number(
                0,
                label=RUSSIAN.limit,
                info=RUSSIAN.limit_hint,
                precision=0,
                min_width=160,
            )
        source = gr.Radio(
            _sources(RUSSIAN, own_set),
            value="corpus" if own_set else "file",
            label=RUSSIAN.source,
        )
        with gr.Column(visible=not own_set) as upload:
            file = gr.File(label=RUSSIAN.file, file_types=[".csv", ".tsv", ".txt"], height=120)
            preview = gr.HTML(padding=False)
        rankers = gr.CheckboxGroup(
            stage_choices(RUSSIAN.stages),
            value=list(STAGES),
            label=RUSSIAN.rankers,
            info=RUSSIAN.rankers_hint,
        )
        with gr.Row():
            numbers = add_pool_numbers(labelled)
        button = gr.Button(RUSSIAN.make_button, variant="primary", elem_id="make-pool")
        result = gr.HTML(min_height=56, padding=False, elem_id="pool-made")
    labelled += [
        relabel(box, POOLS_TEXTS, label="make"),
        relabel(name, POOLS_TEXTS, label="name", info="name_hint"),
        relabel(limit, POOLS_TEXTS, label="limit", info="limit_hint"),
        relabel(file, POOLS_TEXTS, label="file"),
        relabel(button, POOLS_TEXTS, value="make_button"),
        (result, lambda _: ""),
        relabel(
            source, POOLS_TEXTS, label="source", choices=lambda texts: _sources(texts, own_set)
        ),
        relabel(
            rankers,
            POOLS_TEXTS,
            label="rankers",
            info="rankers_hint",
            choices=lambda texts: stage_choices(texts.stages),
        ),
    ]
    source.change(lambda chosen: gr.update(visible=chosen == "file"), [source], [upload], **QUIET)
    gr.on([file.change, language.change], preview_queries, [file, language], [preview], **QUIET)
    made = button.click(
        make_pool,
        [name, source, file, limit, rankers, *numbers, language],
        [result],
        **BUSY,
        **JOBS,
    )
    return Section(labelled, changes=[made])


def has_query_set(settings: Settings) -> bool:
    """Whether queries lie beside the corpus."""
    folder = Path(settings.corpus)
    return any((folder / f"queries.jsonl{end}").is_file() for end in ("", ".gz"))


def _queries(settings: Settings, source: str, file: str | None, texts: PoolsTexts) -> QuerySet:
    if source == "corpus":
        return QuerySet.read(Path(settings.corpus))
    if not file:
        raise NotReadyError(texts.no_file)
    table = read_query_table(Path(file))
    if not table.queries:
        raise NotReadyError(texts.no_queries)
    return QuerySet(Path(file).name, table.queries)


def _first(queries: QuerySet, limit: int | None, texts: PoolsTexts) -> QuerySet:
    if not limit:
        return queries
    if limit < 0:
        raise NotReadyError(texts.bad_limit)
    return QuerySet(queries.name, queries.queries[: int(limit)])


def _rankings(
    engine: Engine,
    queries: QuerySet,
    rankers: list[str],
    texts: PoolsTexts,
    progress: gr.Progress,
) -> dict[str, dict[str, Ranking]]:
    """As `rankings_of` the whole set, one query at a time so that the page sees the progress."""
    rankings: dict[str, dict[str, Ranking]] = {ranker: {} for ranker in rankers}
    for query in progress.tqdm(queries.queries, desc=texts.searching, unit=texts.queries_unit):
        one = QuerySet(queries.name, (query,))
        for ranker, found in rankings_of(engine, one, rankers, progress=False).items():
            rankings[ranker] |= found
    return rankings


def _sources(texts: PoolsTexts, own_set: bool) -> list[tuple[str, str]]:
    return [(label, key) for key, label in texts.sources.items() if own_set or key == "file"]
