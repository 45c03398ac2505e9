"""Every word of an explanation, in Russian and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainTexts:
    """One language of the explanations; `{…}` are filled in by the view."""

    heading: str
    hint: str
    phrase: str
    placeholder: str
    button: str
    why_here: str
    close: str
    not_found: str
    failure: str
    word: str
    lemma: str
    passages: str
    bm25: str
    total: str
    left_out: str
    no_words: str
    cosine: str
    no_cosine: str
    stage: str
    place: str
    score: str
    sum_of_score: str
    cut: str
    shown: str
    moved: str
    moved_waiting: str
    moved_head: str
    moved_legend: str
    moved_nothing: str
    whole_rank: str
    no_rank: str
    lost_at: dict[str, str]
    stages: dict[str, str]


RUSSIAN = ExplainTexts(
    heading="Почему нет этого документа?",
    hint="Для запроса из строки поиска: на каком шаге потерялся отрывок.",
    phrase="Идентификатор документа или фраза из него",
    placeholder="Например: засыхающий фикус",
    button="Объяснить",
    why_here="Почему здесь?",
    close="Закрыть",
    not_found="Такого документа в индексе нет. Проверьте идентификатор или возьмите другую фразу.",
    failure="Объяснить не удалось: {error}",
    word="Слово запроса",
    lemma="лемма",
    passages="отрывков с ней",
    bm25="BM25 здесь",
    total="сумма",
    left_out="Служебные слова, BM25 их не читает: {words}.",
    no_words="Значимых слов в запросе нет.",
    cosine="Косинус запроса и отрывка: {cosine}.",
    no_cosine="Косинуса нет: ни одно слово запроса энкодеру не знакомо.",
    stage="Шаг",
    place="место",
    score="оценка",
    sum_of_score="Реранкер: логит {logit} + доля BM25 {bm25} + доля косинуса {dense} = {score}.",
    cut="Реранкер прочитал только начало отрывка.",
    shown="Показан на месте {place}.",
    moved="Какие слова повлияли",
    moved_waiting="Реранкер перечитывает отрывок без каждого слова — это несколько секунд…",
    moved_head="Сильнее всего повлияли (на сколько логит упал бы без слова):",
    moved_legend="Зелёные слова поднимают оценку, красные с пунктиром опускают; "
    "чем гуще цвет, тем сильнее.",
    moved_nothing="Значимых слов в отрывке нет.",
    whole_rank="{stage}: место {rank} в полном списке.",
    no_rank="{stage}: в полном списке отрывка нет, в нём нет знакомых слов запроса.",
    lost_at={
        "other_source": "Не показан: он не из выбранных разделов.",
        "no_candidate": "Потерян на первом этапе: его нет среди кандидатов ни BM25, ни энкодера.",
        "below_rerank_depth": "Потерян перед реранкером: после слияния место {place}, "
        "глубже, чем он читает.",
        "below_top_k": "Потерян в конце: место {place}, ниже числа показанных результатов.",
    },
    stages={"bm25": "BM25", "dense": "плотный", "fused": "слияние", "reranked": "реранкер"},
)

ENGLISH = ExplainTexts(
    heading="Why is this document missing?",
    hint="For the query in the search box: the step where a passage was lost.",
    phrase="The document's id or a phrase of it",
    placeholder="For example: засыхающий фикус",
    button="Explain",
    why_here="Why here?",
    close="Close",
    not_found="The index holds no such document. Check the id or try another phrase.",
    failure="No explanation: {error}",
    word="Word of the query",
    lemma="lemma",
    passages="passages with it",
    bm25="BM25 here",
    total="sum",
    left_out="Function words, which BM25 does not read: {words}.",
    no_words="The query holds no content word.",
    cosine="Cosine of query and passage: {cosine}.",
    no_cosine="No cosine: the encoder knows no word of the query.",
    stage="Stage",
    place="rank",
    score="score",
    sum_of_score="Reranker: logit {logit} + BM25's share {bm25} + cosine's share {dense} = {score}.",
    cut="The reranker read only the beginning of the passage.",
    shown="Shown at place {place}.",
    moved="Which words mattered",
    moved_waiting="The reranker rereads the passage without each word: some seconds…",
    moved_head="The strongest words (how far the logit would fall without each):",
    moved_legend="Green words raise the score, red dotted ones lower it; "
    "the deeper the colour, the more.",
    moved_nothing="The passage holds no content word.",
    whole_rank="{stage}: rank {rank} in the whole list.",
    no_rank="{stage}: not in the whole list, the passage holds no word it knows of the query.",
    lost_at={
        "other_source": "Not shown: it is not from the sections chosen.",
        "no_candidate": "Lost in the first stage: a candidate neither of BM25 nor of the encoder.",
        "below_rerank_depth": "Lost before the reranker: place {place} after the fusion, "
        "deeper than it reads.",
        "below_top_k": "Lost at the end: place {place}, below the number of results shown.",
    },
    stages={"bm25": "BM25", "dense": "dense", "fused": "fusion", "reranked": "reranker"},
)

EXPLAIN_TEXTS = {"Русский": RUSSIAN, "English": ENGLISH}
