"""Every word of the «Пулы» tab, in Russian and English."""

from dataclasses import dataclass

from search.ui.texts import DEFAULT_LANGUAGE, LANGUAGES


@dataclass(frozen=True, slots=True)
class PoolsTexts:
    """One language of the tab; `{…}` are filled in by the views and sections."""

    pools: str
    agreement: str
    exchange: str
    failure: str
    stages: dict[str, str]

    columns: dict[str, str]
    no_pools: str
    nobody: str
    gone: str

    make: str
    name: str
    name_hint: str
    source: str
    sources: dict[str, str]
    file: str
    limit: str
    limit_hint: str
    rankers: str
    rankers_hint: str
    depth: str
    depth_hint: str
    overlap: str
    overlap_hint: str
    seed: str
    seed_hint: str
    make_button: str
    searching: str
    queries_unit: str
    made: str
    table_read: str
    table_bad: str
    no_file: str
    no_rankers: str
    no_numbers: str
    bad_limit: str
    too_low: str
    name_empty: str
    name_long: str
    name_taken: str
    no_queries: str
    nothing_found: str

    holes: str
    holes_hint: str
    snapshot: str
    stage: str
    count_set: str
    holes_button: str
    no_snapshot: str
    no_holes: str

    second: str
    second_hint: str
    pool: str
    second_name: str
    second_name_hint: str
    threshold: str
    second_button: str
    no_pool: str
    no_disputed: str

    all_pools: str
    all_annotators: str
    annotator: str
    no_grades: str
    one_annotator: str
    no_shared: str
    figures: dict[str, str]
    undefined: str
    notes: dict[str, str]
    balance: str
    pairs: str
    pair: str
    pair_figures: str
    confusion: str
    disagreements: str
    disagreements_hint: str
    no_disagreements: str
    more: str
    states: dict[str, str]

    export: str
    format: str
    formats: dict[str, str]
    pseudonyms: str
    salt: str
    salt_hint: str
    export_button: str
    download: str
    nothing_to_export: str
    only_skipped: str
    salt_short: str
    exported: str
    freshness: dict[str, str]
    freshness_unknown: str
    pairs_made: str
    pairs_details: str

    bring: str
    bring_hint: str
    bring_file: str
    bring_annotator: str
    bring_annotator_hint: str
    skip_bad: str
    bring_button: str
    no_bring_file: str
    nothing_to_bring: str
    no_annotator: str
    not_signed_in: str
    no_query_set: str
    saved: str
    refused: str
    skipped: str
    bad_line: str


RUSSIAN = PoolsTexts(
    pools="Пулы",
    agreement="Согласие",
    exchange="Выгрузка и загрузка",
    failure="Не получилось: {error}",
    stages=LANGUAGES[DEFAULT_LANGUAGE].stages,
    columns={
        "name": "Пул",
        "items": "Отрывков",
        "queries": "Запросов",
        "overlap": "Перекрытие",
        "depth": "Глубина",
        "created": "Создан (UTC)",
        "judged": "Размечено",
        "open": "Осталось разметчикам",
    },
    no_pools="Пулов пока нет. Соберите первый: дайте ему имя и нажмите «Собрать пул».",
    nobody="никто не начинал",
    gone="нет в индексе: {count}",
    make="Собрать пул из выдачи",
    name="Имя пула",
    name_hint="Его увидят разметчики. Потом не меняется.",
    source="Откуда запросы",
    sources={"corpus": "набор рядом с корпусом", "file": "свой файл CSV или TSV"},
    file="Таблица запросов: столбец query, можно id и need",
    limit="Сколько первых запросов",
    limit_hint="с начала набора; 0: все",
    rankers="Чьи находки собрать",
    rankers_hint="Разметчики не видят, кто что нашёл. Ещё один реранкер добавляет только команда: "
    "python -m search pool make ИМЯ НАБОР --reranker МОДЕЛЬ",
    depth="Глубина",
    depth_hint="документов от каждого на запрос",
    overlap="Перекрытие",
    overlap_hint="сколько людей судит отрывок",
    seed="Зерно",
    seed_hint="задаёт порядок показа",
    make_button="Собрать пул",
    searching="Ищем",
    queries_unit="запросов",
    made="Пул «{name}» готов. Отрывков: {items}, запросов: {queries}, людей на отрывок: {overlap}.",
    table_read="Прочитано запросов: {queries}.",
    table_bad="Строк с ошибками: {bad}. В пул они не войдут:",
    no_file="Выберите файл с запросами.",
    no_rankers="Отметьте хотя бы один этап, чьи находки собрать.",
    no_numbers="Заполните глубину, перекрытие и зерно.",
    bad_limit="Сколько запросов взять: от 1, или 0, чтобы взять все.",
    too_low="Глубина и перекрытие начинаются с 1.",
    name_empty="Дайте пулу имя.",
    name_long="В имени {length} знаков, сохраняется не больше {limit}. Сократите его.",
    name_taken="Пул «{name}» уже есть. Выберите другое имя: пулы не перезаписываются.",
    no_queries="В таблице нет ни одного запроса. Исправьте её или выберите другую.",
    nothing_found="По этим запросам ничего не нашлось, размечать нечего. Возьмите другие запросы "
    "или отметьте ещё этапы.",
    holes="Пул из дыр снимка",
    holes_hint="Дыры: отрывки, которые снимок показывает, но никто не оценил. Пока они есть, "
    "измерение снимка неточно. Снимки делают на вкладке «Качество».",
    snapshot="Снимок",
    stage="Этап",
    count_set="Считать оценёнными и документы из qrels.tsv набора",
    holes_button="Собрать дыры",
    no_snapshot="Выберите снимок. Если их нет, сделайте его на вкладке «Качество».",
    no_holes="Дыр нет: всё, что этот этап снимка показывает до этой глубины, оценено.",
    second="Второе мнение",
    second_hint="Отрывки пула, где оценки разошлись или кто-то не смог оценить. "
    "Их получит ещё один человек.",
    pool="Пул",
    second_name="Имя нового пула",
    second_name_hint="пусто: имя пула и «-second»",
    threshold="Разница оценок не меньше",
    second_button="Собрать спорные",
    no_pool="Выберите пул.",
    no_disputed="Спорных отрывков в пуле «{name}» нет: нигде оценки не расходятся на {threshold} и "
    "больше, и все смогли оценить.",
    all_pools="все оценки",
    all_annotators="все",
    annotator="Разметчик",
    no_grades="Оценок здесь пока нет. Пусть двое оценят один пул с перекрытием 2 или больше.",
    one_annotator="Оценки ставит только один человек, {who}. Согласие считается между двумя: "
    "пусть те же отрывки оценит ещё один (пул с перекрытием 2 или «Второе мнение»).",
    no_shared="Разметчиков: {annotators}, оценённых отрывков: {items}, но общих нет. Соберите пул "
    "с перекрытием 2 или больше.",
    figures={
        "items": "отрывков оценено",
        "shared": "из них двумя и более",
        "raw": "совпало оценок",
        "alpha": "альфа Криппендорфа, порядковая",
        "ac2": "AC2 Гвет, порядковый",
    },
    undefined="не определена",
    notes={
        "no_variation": "У всего, что оценили дважды, одна и та же оценка. Каппа и альфа не "
        "определены: сравнивать со случаем нечего. Совпадение полное.",
        "kappa_undefined": "У какой-то пары все оценки одинаковы, её каппа не определена.",
        "no_overlap": "Некоторые пары ничего общего не оценили, их в списке нет.",
        "few_items": "Дважды оценено меньше 20 отрывков: коэффициенты мало о чём говорят.",
    },
    balance="Кто какие оценки ставит",
    pairs="Пары разметчиков",
    pair="{first} (строки) и {second} (столбцы)",
    pair_figures="общих: {items} · совпало {raw} · каппа линейная {linear}, "
    "квадратичная {quadratic}",
    confusion="оценки",
    disagreements="Расхождения: {count}",
    disagreements_hint="Самые большие первыми. Отдать третьему: «Пулы», «Второе мнение».",
    no_disagreements="Расхождений нет.",
    more="и ещё {count}",
    states={
        "changed": "Текст отрывка изменился с тех пор, показан нынешний.",
        "gone": "Этого отрывка в индексе больше нет.",
    },
    export="Выгрузка",
    format="Формат",
    formats={
        "qrels": "TREC qrels",
        "beir": "BEIR (zip)",
        "jsonl": "JSONL, все столбцы",
        "csv": "CSV для таблиц",
        "pairs": "пары для обучения",
    },
    pseudonyms="Псевдонимы вместо имён (комментарии не меняются)",
    salt="Соль для псевдонимов",
    salt_hint="от 8 знаков, держите в тайне: с ней псевдонимы повторятся; пусто: только эта выгрузка",
    export_button="Подготовить файл",
    download="Скачать {file}",
    nothing_to_export="Здесь нет ни одной оценки. Выберите другой пул или разметчика.",
    only_skipped="Здесь только «не могу оценить» ({judgments}), оценок нет. Для них есть JSONL и CSV.",
    salt_short="В соли знаков: {length}. Нужно не меньше {least}, иначе имена можно подобрать.",
    exported="Оценок: {judgments}",
    freshness={
        "fresh": "текст прежний: {count}",
        "changed": "текст изменился: {count}",
        "gone": "текста больше нет: {count}",
    },
    freshness_unknown="корпус не прочитан, не видно, какие тексты изменились",
    pairs_made="пар: {pairs}, из них с ответом: {positives}",
    pairs_details="Что взято и что нет",
    bring="Загрузка",
    bring_hint="Оценки, сделанные в другом месте: файл TREC qrels или qrels.tsv из BEIR. "
    "Номера запросов и документов те же, что в наборе рядом с корпусом.",
    bring_file="Файл с оценками",
    bring_annotator="Чьи это оценки",
    bring_annotator_hint="под этим именем они сохранятся; если вы вошли, то под вашим",
    skip_bad="Пропустить строки с ошибками",
    bring_button="Загрузить",
    no_bring_file="Выберите файл с оценками.",
    nothing_to_bring="В файле нет ни одной оценки, которую можно загрузить. Проверьте его.",
    no_annotator="Напишите, чьи это оценки.",
    not_signed_in="Войдите на вкладке «Разметка»: оценки сохраняются под вашим именем.",
    no_query_set="Рядом с корпусом нет queries.jsonl, запросы по номерам не узнать. Загрузите "
    "командой: python -m search judge import ФАЙЛ --queries НАБОР --annotator ИМЯ",
    saved="Сохранено оценок: {saved}. Разметчик: {annotator}.",
    refused="Ничего не сохранено. Строк с ошибками: {bad}. Исправьте их или пропустите:",
    skipped="Пропущено строк: {bad}:",
    bad_line="строка {line}: {why}",
)

ENGLISH = PoolsTexts(
    pools="Pools",
    agreement="Agreement",
    exchange="Export and import",
    failure="{error}",
    stages=LANGUAGES["English"].stages,
    columns={
        "name": "Pool",
        "items": "Passages",
        "queries": "Queries",
        "overlap": "Overlap",
        "depth": "Depth",
        "created": "Created (UTC)",
        "judged": "Judged",
        "open": "Left to annotators",
    },
    no_pools="No pools yet. Make the first one: name it and press “Make the pool”.",
    nobody="nobody has begun",
    gone="gone from the index: {count}",
    make="Make a pool of search results",
    name="Name of the pool",
    name_hint="Annotators see it. It doesn't change later.",
    source="Queries",
    sources={"corpus": "the set beside the corpus", "file": "a CSV or TSV file of yours"},
    file="Table of queries: a column query, if you like id and need",
    limit="How many first queries",
    limit_hint="from the set's beginning; 0: all",
    rankers="Whose finds to pool",
    rankers_hint="Annotators don't see who found what. Only the command adds another reranker: "
    "python -m search pool make NAME SET --reranker MODEL",
    depth="Depth",
    depth_hint="documents of each for a query",
    overlap="Overlap",
    overlap_hint="people judging a passage",
    seed="Seed",
    seed_hint="decides the order shown",
    make_button="Make the pool",
    searching="Searching",
    queries_unit="queries",
    made="The pool “{name}” is ready. Passages: {items}, queries: {queries}, "
    "people for a passage: {overlap}.",
    table_read="Queries read: {queries}.",
    table_bad="Bad lines: {bad}. The pool leaves them out:",
    no_file="Choose a file of queries.",
    no_rankers="Tick at least one stage whose finds to pool.",
    no_numbers="Fill in depth, overlap and seed.",
    bad_limit="How many queries to take: 1 or more, or 0 to take all.",
    too_low="Depth and overlap are 1 or more.",
    name_empty="Give the pool a name.",
    name_long="The name has {length} characters, at most {limit} are kept. Shorten it.",
    name_taken="There is a pool “{name}” already. Choose another name: pools are not overwritten.",
    no_queries="The table holds no query. Mend it or choose another one.",
    nothing_found="These queries find nothing, so there is nothing to judge. Take other queries or "
    "tick more stages.",
    holes="A pool of a snapshot's holes",
    holes_hint="Holes are passages that a snapshot shows and nobody has judged. While there are "
    "any, the snapshot's measurement is uncertain. Snapshots are taken on the tab “Quality”.",
    snapshot="Snapshot",
    stage="Stage",
    count_set="Count the documents in the set's qrels.tsv as judged, too",
    holes_button="Pool the holes",
    no_snapshot="Choose a snapshot. If there is none, take one on the tab “Quality”.",
    no_holes="There are no holes: all that this stage of the snapshot shows to this depth is judged.",
    second="Second opinion",
    second_hint="Passages of a pool whose grades differ, or that someone could not judge. "
    "One person more gets them.",
    pool="Pool",
    second_name="Name of the new pool",
    second_name_hint="empty: the pool's name and “-second”",
    threshold="Grades apart, at least",
    second_button="Pool the disputed",
    no_pool="Choose a pool.",
    no_disputed="Nothing in the pool “{name}” is disputed: no grades are {threshold} or more apart, "
    "and everyone could judge.",
    all_pools="all judgments",
    all_annotators="everyone",
    annotator="Annotator",
    no_grades="No grades here yet. Let two people judge one pool with an overlap of 2 or more.",
    one_annotator="Only one person, {who}, has given grades. Agreement needs two: let another one "
    "judge the same passages (a pool with an overlap of 2, or “Second opinion”).",
    no_shared="Annotators: {annotators}, graded passages: {items}, but none in common. Make a pool "
    "with an overlap of 2 or more.",
    figures={
        "items": "passages graded",
        "shared": "of them by two or more",
        "raw": "equal grades",
        "alpha": "Krippendorff's alpha, ordinal",
        "ac2": "Gwet's AC2, ordinal",
    },
    undefined="not defined",
    notes={
        "no_variation": "All that was judged twice has one grade. Kappa and alpha are not defined: "
        "there is no disagreement to compare with chance. The agreement is complete.",
        "kappa_undefined": "A pair gave one and the same grade throughout: its kappa is not "
        "defined.",
        "no_overlap": "Some pairs judged nothing in common and are not listed.",
        "few_items": "Fewer than 20 passages were judged twice: the coefficients say little.",
    },
    balance="Who gives which grades",
    pairs="Pairs of annotators",
    pair="{first} (rows) and {second} (columns)",
    pair_figures="in common: {items} · equal {raw} · kappa linear {linear}, quadratic {quadratic}",
    confusion="grades",
    disagreements="Disagreements: {count}",
    disagreements_hint="The biggest first. To give them to a third person: “Pools”, "
    "“Second opinion”.",
    no_disagreements="No disagreements.",
    more="and {count} more",
    states={
        "changed": "The passage has changed since; this is its text now.",
        "gone": "This passage is no longer in the index.",
    },
    export="Export",
    format="Format",
    formats={
        "qrels": "TREC qrels",
        "beir": "BEIR (zip)",
        "jsonl": "JSONL, every column",
        "csv": "CSV for spreadsheets",
        "pairs": "training pairs",
    },
    pseudonyms="Pseudonyms instead of names (comments stay as they are)",
    salt="Salt for pseudonyms",
    salt_hint="8 characters or more, keep it secret: it gives the same ones again; empty: this export only",
    export_button="Prepare the file",
    download="Download {file}",
    nothing_to_export="There is no judgment here. Choose another pool or annotator.",
    only_skipped="All {judgments} here say “can't judge”, there are no grades. JSONL and CSV hold these.",
    salt_short="The salt has {length} characters. Below {least} the names can be guessed.",
    exported="Judgments: {judgments}",
    freshness={
        "fresh": "same text: {count}",
        "changed": "text changed: {count}",
        "gone": "text gone: {count}",
    },
    freshness_unknown="the corpus could not be read, so changed texts are not known",
    pairs_made="pairs: {pairs}, of them with an answer: {positives}",
    pairs_details="What was kept and what was not",
    bring="Import",
    bring_hint="Judgments made elsewhere: a TREC qrels file or BEIR's qrels.tsv. Ids of queries "
    "and documents are those of the set beside the corpus.",
    bring_file="File of judgments",
    bring_annotator="Whose judgments these are",
    bring_annotator_hint="the name they are kept under; yours, if you are signed in",
    skip_bad="Skip bad lines",
    bring_button="Import",
    no_bring_file="Choose a file of judgments.",
    nothing_to_bring="The file holds no judgment that can be imported. Check it.",
    no_annotator="Say whose judgments these are.",
    not_signed_in="Sign in on the tab “Judge”: judgments are kept under your name.",
    no_query_set="There is no queries.jsonl beside the corpus, so queries are not known by their "
    "ids. Use: python -m search judge import FILE --queries SET --annotator NAME",
    saved="Judgments saved: {saved}. Annotator: {annotator}.",
    refused="Nothing was saved. Bad lines: {bad}. Mend them or skip them:",
    skipped="Lines skipped: {bad}:",
    bad_line="line {line}: {why}",
)

POOLS_TEXTS = {DEFAULT_LANGUAGE: RUSSIAN, "English": ENGLISH}
