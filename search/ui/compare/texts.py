"""Every word of the comparison tab, in Russian and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompareTexts:
    """One language of the tab; `{…}` are filled in by the view."""

    query_label: str
    button: str
    fields: dict[str, str]
    """Field of `Variant` -> its label."""
    votes: dict[str, str]
    """left, right, tie -> the words on its button."""
    own: str
    """The app's own reranker and index."""
    empty: str
    same: str
    failed: str
    sign_in: str
    left: str
    right: str
    figures: str
    elsewhere: str
    absent: str
    nothing: str
    revealed: str
    tally: str


RUSSIAN = CompareTexts(
    query_label="Запрос",
    button="Сравнить",
    fields={
        "stage": "Последняя ступень",
        "dense_weight": "Вес плотного поиска",
        "rerank_depth": "Глубина переранжирования",
        "bm25_share": "Доля BM25",
        "dense_share": "Доля плотного поиска",
        "lexical_candidates": "Кандидатов BM25",
        "reranker": "Реранкер",
        "index": "Индекс",
    },
    votes={"left": "Левая лучше", "right": "Правая лучше", "tie": "Одинаково"},
    own="как в поиске",
    empty="Задайте запрос и две настройки. Какая окажется слева, решает жребий.",
    same="Настройки A и B одинаковы: измените хотя бы одну.",
    failed="Сравнить нельзя: {error}",
    sign_in="Голос не сохранён: сначала назовитесь на вкладке «Разметка».",
    left="Слева",
    right="Справа",
    figures="RBO {rbo:.2f} · Жаккар {jaccard:.2f} · первые {k}",
    elsewhere="напротив №{rank}",
    absent="напротив нет",
    nothing="Ничего не найдено.",
    revealed="Голос сохранён. Слева — {left} ({left_values}), справа — {right} ({right_values}).",
    tally="Голоса за эту пару: A {a} : B {b} : одинаково {ties}; критерий знаков, p = {p}. "
    "Считается первый голос человека за запрос.",
)

ENGLISH = CompareTexts(
    query_label="Query",
    button="Compare",
    fields={
        "stage": "Last stage",
        "dense_weight": "Dense weight",
        "rerank_depth": "Rerank depth",
        "bm25_share": "BM25 share",
        "dense_share": "Dense share",
        "lexical_candidates": "BM25 candidates",
        "reranker": "Reranker",
        "index": "Index",
    },
    votes={"left": "Left is better", "right": "Right is better", "tie": "Equal"},
    own="as in search",
    empty="Give a query and two settings. Which one is on the left is drawn by lot.",
    same="Settings A and B are the same: change at least one.",
    failed="Can't compare: {error}",
    sign_in="Not saved: say your name on the Judge tab first.",
    left="Left",
    right="Right",
    figures="RBO {rbo:.2f} · Jaccard {jaccard:.2f} · first {k}",
    elsewhere="№{rank} opposite",
    absent="not opposite",
    nothing="Nothing found.",
    revealed="Saved. Left was {left} ({left_values}), right was {right} ({right_values}).",
    tally="Votes on this pair: A {a} : B {b} : equal {ties}; sign test, p = {p}. "
    "A person's first vote on a query counts.",
)

COMPARE_TEXTS = {"Русский": RUSSIAN, "English": ENGLISH}
