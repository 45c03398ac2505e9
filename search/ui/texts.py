"""Every word the page says, in Russian and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from search.hits import STAGES

DEFAULT_LANGUAGE = "Русский"


@dataclass(frozen=True, slots=True)
class Texts:
    """One language of the page; `{…}` are filled in by the cards."""

    title: str
    subtitle: str
    tabs: dict[str, str]
    query_label: str
    query_placeholder: str
    button: str
    top_k_label: str
    examples_label: str
    empty: str
    nothing: str
    reranking: str
    summary: str
    milliseconds: str
    other_failure: str
    action_failed: str
    cut: str
    best_sentence: str
    stages: dict[str, str]
    notes: dict[str, str]
    query_errors: dict[str, str]
    stage_help: str
    sources_label: str
    no_source: str
    meant: str
    go_on: str
    recent: str
    earlier: str
    clear: str
    stop: str
    stopped: str
    busy: str
    stopping: str
    why_here: str
    copy_link: str
    copy_passage: str
    copied: str
    export_json: str
    export_csv: str
    more: str
    short_answer: str
    probability: str


RUSSIAN = Texts(
    title="Русский поиск",
    subtitle="Спросите по-русски — найдём отрывок, который отвечает, и покажем почему.",
    tabs={
        "search": "Поиск",
        "judge": "Разметка",
        "pools": "Пулы",
        "quality": "Качество",
        "compare": "Сравнение",
        "corpora": "Корпуса",
    },
    query_label="Вопрос или слова",
    query_placeholder="Например: как спасти засыхающий фикус",
    button="Найти",
    top_k_label="Сколько результатов",
    examples_label="Примеры",
    empty="Введите вопрос — здесь появятся отрывки с оценкой каждого шага поиска.",
    nothing="Ничего не нашлось. Попробуйте другие слова или проверьте раскладку клавиатуры.",
    reranking="Показан порядок первого этапа, реранкер читает кандидатов…",
    summary="Показано {shown} из {found} кандидатов",
    milliseconds="мс",
    other_failure="Поиск не удался. Повторите запрос; если не поможет, смотрите журнал сервера.",
    action_failed="Не получилось. Повторите; если не поможет, смотрите журнал сервера.",
    cut="реранкер прочитал только начало отрывка",
    best_sentence="Предложение, где больше всего слов запроса",
    stages={"bm25": "BM25", "dense": "плотный", "fused": "слияние", "reranked": "реранкер"},
    notes={
        "no_words": "В запросе нет значимых слов, только служебные или знаки.",
        "bm25_nothing": "BM25 ничего не нашёл: ни одного слова запроса нет в корпусе.",
        "dense_nothing": "Плотный поиск ничего не нашёл: ни одно слово запроса ему не знакомо.",
        "no_answer": "Похоже, прямого ответа нет. Попробуйте спросить другими словами.",
        "out_of_time": "На все отрывки реранкеру не хватило времени: ниже — порядок слияния.",
        "passage_cut": "Некоторые отрывки длиннее, чем читает реранкер: он видел их начало.",
    },
    query_errors={
        "empty": "Запрос пуст. Введите вопрос или несколько слов.",
        "too_long": "В запросе {length} знаков, читается не больше {limit}. Сократите его.",
        "top_k": "Попросите хотя бы один результат.",
        "no_phrase": "Назовите документ: введите идентификатор или фразу из него.",
        "unknown_passage": "Такого отрывка в индексе нет. Повторите поиск: индекс мог смениться.",
    },
    stage_help="место и оценка на каждом шаге",
    sources_label="Только из разделов",
    no_source="без раздела",
    meant="Возможно, вы искали:",
    go_on="Например:",
    recent="Недавние запросы",
    earlier="ещё",
    clear="Очистить",
    stop="Стоп",
    stopped="Остановлено. Порядок на экране может быть порядком первого этапа.",
    busy="Сервер занят, повторите через {seconds} с.",
    stopping="Сервер перезапускается, повторите через {seconds} с.",
    why_here="Почему здесь?",
    copy_link="Скопировать ссылку",
    copy_passage="Скопировать отрывок",
    copied="Скопировано",
    export_json="Скачать JSON",
    export_csv="Скачать CSV",
    more="Показать ещё",
    short_answer="Короткий ответ",
    probability="вероятность {percent} %",
)

ENGLISH = Texts(
    title="Russian Search",
    subtitle="Ask in Russian: get the passage that answers, and see why.",
    tabs={
        "search": "Search",
        "judge": "Judge",
        "pools": "Pools",
        "quality": "Quality",
        "compare": "Compare",
        "corpora": "Corpora",
    },
    query_label="Question or words",
    query_placeholder="For example: как спасти засыхающий фикус",
    button="Search",
    top_k_label="Number of results",
    examples_label="Examples",
    empty="Type a question: passages appear here with the score of every search stage.",
    nothing="Nothing found. Try other words or check the keyboard layout.",
    reranking="Showing the first stage's order while the reranker reads the candidates…",
    summary="Showing {shown} of {found} candidates",
    milliseconds="ms",
    other_failure="The search failed. Try again; if that doesn't help, see the server's log.",
    action_failed="That failed. Try again; if that doesn't help, see the server's log.",
    cut="the reranker read only the beginning of this passage",
    best_sentence="The sentence with most words of the query",
    stages={"bm25": "BM25", "dense": "dense", "fused": "fusion", "reranked": "reranker"},
    notes={
        "no_words": "The query holds no content words, only function words or signs.",
        "bm25_nothing": "BM25 found nothing: no word of the query is in the corpus.",
        "dense_nothing": "The dense stage found nothing: it knows no word of the query.",
        "no_answer": "No passage seems to answer. Try other words.",
        "out_of_time": "The reranker ran out of time: below stands the order of the fusion.",
        "passage_cut": "Some passages are longer than the reranker reads: it saw their beginning.",
    },
    query_errors={
        "empty": "The query is empty. Type a question or some words.",
        "too_long": "The query has {length} characters, at most {limit} are read. Shorten it.",
        "top_k": "Ask for at least one result.",
        "no_phrase": "Name the document: type its id or a phrase of it.",
        "unknown_passage": "The index holds no such passage. Search again: it may have changed.",
    },
    stage_help="rank and score at every stage",
    sources_label="Only from sections",
    no_source="no section",
    meant="Did you mean:",
    go_on="For example:",
    recent="Recent queries",
    earlier="more",
    clear="Clear",
    stop="Stop",
    stopped="Stopped. The order on the screen may be the first stage's.",
    busy="The server is busy. Try again in {seconds} s.",
    stopping="The server is restarting. Try again in {seconds} s.",
    why_here="Why here?",
    copy_link="Copy link",
    copy_passage="Copy passage",
    copied="Copied",
    export_json="Download JSON",
    export_csv="Download CSV",
    more="Show more",
    short_answer="Short answer",
    probability="probability {percent}%",
)

LANGUAGES = {DEFAULT_LANGUAGE: RUSSIAN, "English": ENGLISH}


def stage_choices(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, stage) of every stage in a language, in the order a query passes them."""
    return [(names[stage], stage) for stage in STAGES]
