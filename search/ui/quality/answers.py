"""What the quality tab asks -> the HTML it shows; a failure is a message in the page's language."""

from collections.abc import Callable, ItemsView, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from search.corpora import Corpora
from search.errors import JudgingError
from search.evaluation import Qrels
from search.judging.by_text import file_grades, has_grades, merged_grades, stored_grades
from search.judging.judged_queries import JUDGED_SET, judged_queries
from search.judging.measurement import graded_queries, measure_snapshot
from search.judging.query_set import QuerySet
from search.judging.snapshot_files import load_snapshot, save_snapshot, snapshot_file
from search.judging.snapshot_list import list_snapshots
from search.judging.snapshots import take_snapshot
from search.judging.stage_diff import common_texts, diff_stages
from search.judging.store import JudgmentStore
from search.ui.attempt import Answer, NotReadyError, attempt
from search.ui.cards import message_html
from search.ui.quality.comparison import comparison_html
from search.ui.quality.texts import QUALITY_TEXTS, QualityTexts
from search.ui.quality.views import measurement_html, snapshots_html

Tell = Callable[[int, int], object]
"""Called with how many queries are searched, and how many there are."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is to be measured: a snapshot, and by whose judgments (file, store or both)."""

    snapshot: str
    judgments: str


@dataclass(frozen=True, slots=True)
class Comparing:
    """What is to be compared: two snapshots with a stage each, and by whose judgments."""

    before: str
    before_stage: str
    after: str
    after_stage: str
    judgments: str


class QualityAnswers:
    """Snapshots, measurements and comparisons over the app's own corpus and one store."""

    def __init__(self, corpora: Corpora, store: JudgmentStore) -> None:
        self._corpora = corpora
        self._store = store
        self._folder = Path(corpora.home.settings.snapshots_dir)
        self._set = Path(corpora.home.settings.corpus)

    def names(self) -> list[str]:
        """Names of the snapshots that can be read, newest first."""
        return list_snapshots(self._folder).names

    def sets(self, language: str) -> list[tuple[str, str]]:
        """(words, value) of the query sets a snapshot can be taken of."""
        names = QUALITY_TEXTS[language].sets
        there = any(self._set.glob("queries.jsonl*"))
        corpus = [(names["corpus"].format(name=self._set.resolve().name), "corpus")]
        return [*(corpus if there else []), (names["judged"], "judged")]

    def snapshots(self, language: str) -> str:
        """The list of snapshots."""
        texts = QUALITY_TEXTS[language]
        return attempt(
            lambda: snapshots_html(list_snapshots(self._folder), texts),
            language,
            texts.cannot["list"],
        ).html

    def take(self, name: str, source: str | None, language: str, tell: Tell) -> Answer:
        """Search every query of a set with all stages and keep the lists under a new name."""
        texts = QUALITY_TEXTS[language]
        return attempt(
            lambda: self._take(name.strip(), source, texts, tell), language, texts.cannot["take"]
        )

    def measure(self, asked: Measuring, language: str) -> str:
        """Figures of a snapshot."""
        texts = QUALITY_TEXTS[language]
        return attempt(lambda: self._measure(asked, texts), language, texts.cannot["measure"]).html

    def compare(self, asked: Comparing, language: str) -> str:
        """A snapshot's stage against another's."""
        texts = QUALITY_TEXTS[language]
        return attempt(lambda: self._compare(asked, texts), language, texts.cannot["compare"]).html

    def _take(self, name: str, source: str | None, texts: QualityTexts, tell: Tell) -> str:
        if not name:
            raise NotReadyError(texts.name_empty)
        try:
            file = snapshot_file(self._folder, name)
        except JudgingError as error:
            raise NotReadyError(texts.name_invalid.format(name=name)) from error
        if file.exists():
            raise NotReadyError(texts.name_taken.format(name=name))
        if source == "corpus":
            read = QuerySet.read(self._set)
            set_name, queries = read.name, {query.id: query.text for query in read.queries}
        else:
            set_name, queries = JUDGED_SET, judged_queries(self._store.current())
            if not queries:
                raise NotReadyError(texts.no_judged_queries)
        watched = _Watched(queries, tell)
        snapshot = take_snapshot(self._corpora.home, watched, name, set_name, progress=False)
        save_snapshot(snapshot, self._folder)
        return message_html(texts.taken.format(name=name, queries=len(queries)))

    def _measure(self, asked: Measuring, texts: QualityTexts) -> str:
        if not asked.snapshot:
            raise NotReadyError(texts.choose_snapshot)
        snapshot = load_snapshot(self._folder, asked.snapshot)
        grades = self._grades(asked.judgments)
        if not graded_queries(snapshot, grades):
            raise NotReadyError(texts.no_judgments.format(queries=len(snapshot.queries)))
        return measurement_html(measure_snapshot(snapshot, grades), texts)

    def _compare(self, asked: Comparing, texts: QualityTexts) -> str:
        if not asked.before or not asked.after:
            raise NotReadyError(texts.choose_snapshot)
        before, after = (load_snapshot(self._folder, name) for name in (asked.before, asked.after))
        if not common_texts(before, after):
            raise NotReadyError(texts.no_common.format(before=before.name, after=after.name))
        grades = self._grades(asked.judgments)
        compared = diff_stages(before, asked.before_stage, after, asked.after_stage, grades)
        return comparison_html(compared, texts)

    def _grades(self, judgments: str) -> Qrels:
        """With "both", a set without qrels leaves the store's; alone it is an error."""
        stored = stored_grades(self._store.current()) if judgments != "file" else {}
        if judgments == "store" or (judgments == "both" and not has_grades(self._set)):
            return stored
        return merged_grades(file_grades(self._set), stored)


class _Watched(Mapping[str, str]):
    """Queries that tell how far they have been read."""

    def __init__(self, queries: dict[str, str], tell: Tell) -> None:
        self._queries = queries
        self._tell = tell

    def __getitem__(self, query_id: str) -> str:
        return self._queries[query_id]

    def __iter__(self) -> Iterator[str]:
        for done, query_id in enumerate(self._queries):
            self._tell(done, len(self._queries))
            yield query_id

    def __len__(self) -> int:
        return len(self._queries)

    def items(self) -> ItemsView[str, str]:
        return ItemsView(self)
