"""Every word of the quality tab, in Russian and English."""

from dataclasses import dataclass

from search.ui.texts import DEFAULT_LANGUAGE, LANGUAGES


@dataclass(frozen=True, slots=True)
class QualityTexts:
    """One language of the tab; `{…}` are filled in by the answers and the views."""

    stages: dict[str, str]
    cannot: dict[str, str]
    """What was tried -> the words before an error's own."""

    snapshots_title: str
    snapshots_help: str
    name_label: str
    name_placeholder: str
    set_label: str
    sets: dict[str, str]
    take_button: str
    searching: str
    queries_unit: str
    taken: str
    name_empty: str
    name_invalid: str
    name_taken: str
    no_judged_queries: str
    no_snapshots: str
    broken: str
    list_columns: dict[str, str]

    judgments_label: str
    judgments: dict[str, str]
    choose_snapshot: str

    measure_title: str
    snapshot_label: str
    measure_button: str
    not_measured: str
    no_judgments: str
    measured: str
    measure_columns: dict[str, str]
    figures_note: str
    low_judged: str
    stages_plot: str
    per_query: str
    per_query_columns: dict[str, str]
    worst_shown: str

    compare_title: str
    before_label: str
    after_label: str
    stage_label: str
    compare_button: str
    not_compared: str
    no_common: str
    compared: str
    left_out: str
    other_index: str
    nothing_differs: str
    differs_columns: dict[str, str]
    differs: dict[str, str]
    overlap: str
    none_judged: str
    compare_columns: dict[str, str]
    compare_note: str
    compare_judged: str
    compare_low_judged: str
    gains_plot: str
    most_changed: str
    query_changed: str
    movement_columns: dict[str, str]
    movement: dict[str, str]


RUSSIAN = QualityTexts(
    stages=LANGUAGES[DEFAULT_LANGUAGE].stages,
    cannot={
        "take": "Снимок сделать нельзя: {error}",
        "measure": "Измерить нельзя: {error}",
        "compare": "Сравнить нельзя: {error}",
        "list": "Снимки показать нельзя: {error}",
    },
    snapshots_title="Снимки",
    snapshots_help="Снимок хранит, что ответил каждый шаг поиска на каждый запрос набора. "
    "Снимите до и после изменения, и разницу можно измерить.",
    name_label="Имя снимка",
    name_placeholder="например: до-замены-реранкера",
    set_label="Запросы",
    sets={"corpus": "набор «{name}»", "judged": "размеченные запросы"},
    take_button="Сделать снимок",
    searching="Ищу",
    queries_unit="запросов",
    taken="Снимок «{name}» сделан, запросов в нём: {queries}.",
    name_empty="Дайте снимку имя.",
    name_invalid="Имя «{name}» не годится: нужны буквы, цифры, точки, «-» и «_», не больше 60 "
    "знаков, первой не точка.",
    name_taken="Снимок «{name}» уже есть. Выберите другое имя: снимки не перезаписываются.",
    no_judged_queries="Размеченных запросов пока нет. Оцените отрывки или снимите набор.",
    no_snapshots="Снимков пока нет. Назовите первый и сделайте его.",
    broken="Не читается",
    list_columns={
        "name": "имя",
        "created": "время (UTC)",
        "set": "набор",
        "reranker": "реранкер",
        "queries": "запросов",
        "passages": "отрывков",
    },
    judgments_label="Оценки",
    judgments={
        "file": "файл набора (qrels.tsv)",
        "store": "мои судьи",
        "both": "судьи поверх файла",
    },
    choose_snapshot="Выберите снимок. Если выбирать не из чего, сделайте его выше.",
    measure_title="Измерить",
    snapshot_label="Снимок",
    measure_button="Измерить",
    not_measured="Здесь появятся nDCG@10 и другие метрики каждого шага поиска.",
    no_judgments="Измерить нельзя: у запросов снимка ({queries}) нет ни одной такой оценки. "
    "Разметьте их или возьмите другие оценки.",
    measured="«{name}»: запросов с оценками {judged} из {queries}.",
    measure_columns={"stage": "шаг"},
    figures_note="Значения ×100, ниже 95-процентный интервал (бутстрэп по запросам). "
    "nDCG@10 с линейным выигрышем, как в trec_eval. Judged@10: доля размеченного в первых десяти.",
    low_judged="Judged@10 ниже 80 ({stages}): неразмеченное считается нерелевантным, "
    "и метрики могут быть занижены.",
    stages_plot="nDCG@10 по шагам, усы: 95-процентный интервал",
    per_query="По запросам, начиная с худших ({queries})",
    per_query_columns={"query": "запрос", "rank": "1/место, {stage}"},
    worst_shown="Показаны худшие: {shown} из {queries}.",
    compare_title="Сравнить",
    before_label="Было (A)",
    after_label="Стало (B)",
    stage_label="Шаг",
    compare_button="Сравнить",
    not_compared="Здесь появится, что изменилось и не случайна ли разница.",
    no_common="Сравнить нельзя: у снимков «{before}» и «{after}» нет ни одного общего запроса. "
    "Возьмите снимки одного набора.",
    compared="«{before}», {before_stage} → «{after}», {after_stage}. Общих запросов: {queries}.",
    left_out="Запросов, которые есть только в одном из снимков: {count}. Они не учтены.",
    other_index="Индексы разные: другой корпус или другая длина окна. Сравниваются документы, "
    "каждый по лучшему отрывку; метрики сопоставимы, только если все размеченные документы есть "
    "в обоих корпусах.",
    nothing_differs="Настройки, индекс и модели одинаковы.",
    differs_columns={"what": "что отличается", "before": "было", "after": "стало"},
    differs={
        "set": "набор",
        "index": "индекс: {name}",
        "reranker": "реранкер",
        "reranker weights": "веса реранкера",
        "setting": "настройка: {name}",
    },
    overlap="В среднем RBO@10 {rbo}, Jaccard@10 {jaccard}. "
    "Первые десять изменились у {changed} из {queries} запросов.",
    none_judged="У общих запросов нет таких оценок, поэтому метрик нет, только перемещения.",
    compare_columns={
        "metric": "метрика",
        "before": "было",
        "after": "стало",
        "difference": "разница",
        "interval": "95 % интервал",
        "p": "p",
        "holm": "p по Холму",
        "counts": "лучше / так же / хуже",
    },
    compare_note="Запросов с оценками: {judged}. Значения ×100; p по парному "
    "рандомизационному тесту, с поправкой Холма на число метрик; интервал разницы: бутстрэп.",
    compare_judged="Judged@10: было {before}, стало {after}.",
    compare_low_judged="Judged@10 ниже 80 (было {before}, стало {after}): неразмеченное считается "
    "нерелевантным, и разница может быть мнимой.",
    gains_plot="Прирост nDCG@10 по запросам, от лучшего к худшему (×100)",
    most_changed="Сильнее всего изменились ({shown} из {changed})",
    query_changed="{query} · RBO {rbo}, Jaccard {jaccard}",
    movement_columns={"passage": "отрывок", "document": "документ", "movement": "место"},
    movement={
        "moved": "№{before} → №{after}",
        "new": "новый, №{after}",
        "gone": "был №{before}, пропал",
    },
)

ENGLISH = QualityTexts(
    stages=LANGUAGES["English"].stages,
    cannot={"take": "{error}", "measure": "{error}", "compare": "{error}", "list": "{error}"},
    snapshots_title="Snapshots",
    snapshots_help="A snapshot keeps what every search stage answered to every query of a set. "
    "Take one before and one after a change, and the difference can be measured.",
    name_label="Name of the snapshot",
    name_placeholder="for example: before-new-reranker",
    set_label="Queries",
    sets={"corpus": "the set “{name}”", "judged": "judged queries"},
    take_button="Take a snapshot",
    searching="Searching",
    queries_unit="queries",
    taken="The snapshot “{name}” is taken; it holds {queries} queries.",
    name_empty="Give the snapshot a name.",
    name_invalid="“{name}” can't be a name: use up to 60 letters, digits, dots, “-” and “_”, no "
    "dot first.",
    name_taken="There is a snapshot “{name}” already. Choose another name: snapshots are never "
    "overwritten.",
    no_judged_queries="No query is judged yet. Judge some passages or take the set.",
    no_snapshots="No snapshots yet. Name the first and take it.",
    broken="Can't be read",
    list_columns={
        "name": "name",
        "created": "time (UTC)",
        "set": "set",
        "reranker": "reranker",
        "queries": "queries",
        "passages": "passages",
    },
    judgments_label="Judgments",
    judgments={
        "file": "the set's file (qrels.tsv)",
        "store": "my annotators",
        "both": "annotators over the file",
    },
    choose_snapshot="Choose a snapshot. If there is none, take one above.",
    measure_title="Measure",
    snapshot_label="Snapshot",
    measure_button="Measure",
    not_measured="nDCG@10 and other metrics of every search stage appear here.",
    no_judgments="None of the snapshot's {queries} queries has such a judgment. "
    "Judge them or choose other judgments.",
    measured="“{name}”: {judged} of {queries} queries are judged.",
    measure_columns={"stage": "stage"},
    figures_note="Values ×100, with the 95 % interval below (bootstrap over queries). nDCG@10 has "
    "trec_eval's linear gain. Judged@10: the share of the first ten that is judged.",
    low_judged="Judged@10 is below 80 ({stages}): what nobody judged counts as not relevant, "
    "so the metrics may be too low.",
    stages_plot="nDCG@10 by stage, whiskers: 95 % interval",
    per_query="By query, worst first ({queries})",
    per_query_columns={"query": "query", "rank": "1/rank, {stage}"},
    worst_shown="The worst {shown} of {queries} are shown.",
    compare_title="Compare",
    before_label="Before (A)",
    after_label="After (B)",
    stage_label="Stage",
    compare_button="Compare",
    not_compared="What changed, and whether the difference is more than chance, appears here.",
    no_common="The snapshots “{before}” and “{after}” have no query in common. "
    "Choose snapshots of the same set.",
    compared="“{before}”, {before_stage} → “{after}”, {after_stage}. Common queries: {queries}.",
    left_out="Queries that only one snapshot holds: {count}. They are left out.",
    other_index="Different indexes: another corpus or window length. Documents are compared, each "
    "by its best passage; the metrics are comparable only if every judged document is in both "
    "corpora.",
    nothing_differs="Settings, index and models are the same.",
    differs_columns={"what": "what differs", "before": "before", "after": "after"},
    differs={
        "set": "set",
        "index": "index: {name}",
        "reranker": "reranker",
        "reranker weights": "reranker weights",
        "setting": "setting: {name}",
    },
    overlap="RBO@10 {rbo}, Jaccard@10 {jaccard} on average. "
    "The first ten changed in {changed} of {queries} queries.",
    none_judged="No common query has such a judgment: there are movements, but no metrics.",
    compare_columns={
        "metric": "metric",
        "before": "before",
        "after": "after",
        "difference": "difference",
        "interval": "95 % interval",
        "p": "p",
        "holm": "p after Holm",
        "counts": "wins / ties / losses",
    },
    compare_note="Judged queries: {judged}. Values ×100; p of the paired randomization test, "
    "adjusted by Holm for the number of metrics; interval of the difference: bootstrap.",
    compare_judged="Judged@10: {before} before, {after} after.",
    compare_low_judged="Judged@10 is below 80 ({before} before, {after} after): what nobody judged "
    "counts as not relevant, so the difference may not be real.",
    gains_plot="nDCG@10 gain by query, best first (×100)",
    most_changed="Changed most ({shown} of {changed})",
    query_changed="{query} · RBO {rbo}, Jaccard {jaccard}",
    movement_columns={"passage": "passage", "document": "document", "movement": "rank"},
    movement={
        "moved": "№{before} → №{after}",
        "new": "new, №{after}",
        "gone": "was №{before}, gone",
    },
)

QUALITY_TEXTS: dict[str, QualityTexts] = {DEFAULT_LANGUAGE: RUSSIAN, "English": ENGLISH}
