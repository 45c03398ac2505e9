"""What the «Разметка» tab says, in Russian and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JudgeTexts:
    """One language of the tab; `{…}` are filled in by the cards."""

    name_label: str
    name_hint: str
    enter: str
    pool_label: str
    guidelines: str
    guidelines_file: str
    sign_in_first: str
    no_pools: str
    choose_pool: str
    finished: str
    none_left: str
    progress: str
    gone: str
    changed: str
    query: str
    need: str
    passage: str
    grades_label: str
    grades: tuple[str, str, str, str]
    skip: str
    undo: str
    back: str
    forward: str
    comment: str
    keys: str
    saved: str
    saved_skip: str
    undone: str
    nothing_to_undo: str
    failed: str
    no_answer: str
    spot_label: str
    spot_saved: str
    spot_sign_in: str


RUSSIAN = JudgeTexts(
    name_label="Ваше имя",
    name_hint="под ним сохраняются ваши оценки",
    enter="Начать",
    pool_label="Пул",
    guidelines="Как оценивать",
    guidelines_file="ru.md",
    sign_in_first="Назовитесь и нажмите «Начать»: оценки сохраняются под вашим именем.",
    no_pools="Пока нечего размечать: пулов нет. Их создают на вкладке «Пулы» или командой "
    "python -m search pool make.",
    choose_pool="Выберите пул.",
    finished="Готово: в этом пуле для вас больше ничего нет. Спасибо! "
    "Клавиша J вернёт к последним оценкам.",
    none_left="Пул пройден",
    progress="Оценено {done}, осталось {open} из {total}",
    gone="{count} отрывков пула больше нет в индексе, их не показываем.",
    changed="Текст отрывка изменился с тех пор, как составили пул. Оценивайте то, что видите.",
    query="Запрос",
    need="Что хотят узнать",
    passage="Отрывок",
    grades_label="Оценка",
    grades=("не о том", "о том же", "отвечает частично", "отвечает"),
    skip="не могу оценить",
    undo="отменить",
    back="назад",
    forward="вперёд",
    comment="Комментарий (необязательно)",
    keys="Клавиши работают в любой раскладке; из поля комментария выйти — Esc.",
    saved="Сохранено: {grade} — «{query}»",
    saved_skip="Сохранено: не могу оценить — «{query}»",
    undone="Оценка отменена, оцените заново.",
    nothing_to_undo="Отменять нечего.",
    failed="Не сохранено: {why}",
    no_answer="Сервер не ответил. Оценка могла не сохраниться: нажмите ещё раз.",
    spot_label="Оценить отрывок",
    spot_saved="Сохранено: {grade} — {title}",
    spot_sign_in="Оценка не сохранена: сначала назовитесь на вкладке «Разметка».",
)

ENGLISH = JudgeTexts(
    name_label="Your name",
    name_hint="your judgments are kept under it",
    enter="Start",
    pool_label="Pool",
    guidelines="How to judge",
    guidelines_file="en.md",
    sign_in_first="Say your name and press Start: judgments are kept under it.",
    no_pools="Nothing to judge yet: there is no pool. Make one on the Pools tab or by "
    "python -m search pool make.",
    choose_pool="Choose a pool.",
    finished="Done: nothing more for you in this pool. Thank you! "
    "The J key goes back to your last judgments.",
    none_left="The pool is done",
    progress="{done} judged, {open} left of {total}",
    gone="{count} passages of the pool are no longer in the index and are not shown.",
    changed="The passage has changed since the pool was made. Judge what you see.",
    query="Query",
    need="What they want to know",
    passage="Passage",
    grades_label="Grade",
    grades=("not relevant", "same subject", "partly answers", "answers"),
    skip="can't judge",
    undo="undo",
    back="back",
    forward="forward",
    comment="Comment (optional)",
    keys="The keys work in any keyboard layout; Esc leaves the comment.",
    saved="Saved: {grade} — “{query}”",
    saved_skip="Saved: can't judge — “{query}”",
    undone="The judgment is taken back, judge again.",
    nothing_to_undo="Nothing to take back.",
    failed="Not saved: {why}",
    no_answer="The server did not answer. The judgment may not be saved: press again.",
    spot_label="Judge the passage",
    spot_saved="Saved: {grade} — {title}",
    spot_sign_in="Not saved: say your name on the Judge tab first.",
)

JUDGE_TEXTS = {"Русский": RUSSIAN, "English": ENGLISH}
