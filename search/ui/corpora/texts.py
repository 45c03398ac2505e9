"""Every word of the «Корпуса» tab and of the choice where to search."""

from dataclasses import dataclass

from search.errors import CorporaError
from search.ui.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class CorporaTexts:
    """One language; `{…}` are filled in by the tab."""

    where: str
    home: str
    intro: str
    columns: dict[str, str]
    none_yet: str
    add: str
    files: str
    dataset: str
    dataset_hint: str
    name: str
    name_hint: str
    add_button: str
    reading: str
    files_unit: str
    indexing: str
    added: str
    manage: str
    chosen: str
    nothing_chosen: str
    new_name: str
    rename_button: str
    renamed: str
    confirm: str
    delete_button: str
    not_confirmed: str
    deleted: str
    failure: str
    errors: dict[str, str]
    """`CorporaError.reason` -> what to tell."""

    def why(self, error: CorporaError) -> str:
        """An error in this language."""
        return self.errors[error.reason].format(**error.values)


RUSSIAN = CorporaTexts(
    where="Где искать",
    home="Демонстрационный корпус",
    intro="Загрузите свои тексты — JSONL, CSV, TXT, Markdown, HTML, DOCX или PDF, — и поиск пойдёт "
    "по ним: до {files} файлов, вместе до {megabytes} МБ. Вместо файлов можно назвать открытый "
    "набор данных Hugging Face со столбцом text. Добавленный корпус видят, могут "
    "переименовать и удалить все, кто открывает эту страницу.",
    columns={
        "name": "Корпус",
        "documents": "Документов",
        "passages": "Отрывков",
        "created": "Добавлен (UTC)",
    },
    none_yet="Своих корпусов пока нет.",
    add="Добавить корпус",
    files="Файлы",
    dataset="Или набор данных Hugging Face",
    dataset_hint="OWNER/NAME или OWNER/NAME:SPLIT",
    name="Название",
    name_hint="Инструкции отдела",
    add_button="Добавить",
    reading="Чтение текстов",
    files_unit="файлов",
    indexing="Построение индекса",
    added="Корпус «{name}» добавлен: документов — {documents}, отрывков — {passages}. "
    "Выберите его на вкладке «Поиск».",
    manage="Переименовать или удалить",
    chosen="Корпус",
    nothing_chosen="Выберите корпус.",
    new_name="Новое название",
    rename_button="Переименовать",
    renamed="Корпус «{name}» теперь называется «{new}».",
    confirm="Повторите название, чтобы удалить корпус навсегда",
    delete_button="Удалить",
    not_confirmed="Чтобы удалить корпус, повторите его название: «{name}».",
    deleted="Корпус «{name}» удалён.",
    failure="Не получилось: {error}",
    errors={
        "home": "Этот корпус нельзя ни переименовать, ни удалить. Выберите другой.",
        "no_name": "Введите название корпуса.",
        "long_name": "В названии {length} знаков, помещается {limit}. Сократите его.",
        "taken": "Корпус «{name}» уже есть. Введите другое название.",
        "unknown": "Корпуса «{name}» нет: возможно, его удалили. Выберите другой.",
        "too_many": "Корпусов уже {limit}, больше нельзя. Удалите один из них.",
        "no_files": "Выберите хотя бы один файл или назовите набор данных.",
        "both": "Даны и файлы, и набор данных. Оставьте что-то одно.",
        "bad_dataset": "«{dataset}» — не имя набора данных. Введите OWNER/NAME или OWNER/NAME:SPLIT.",
        "no_hub": "Hugging Face сейчас недоступен. Повторите позже или загрузите файлы.",
        "no_datasets": "Здесь не читают наборы данных: на сервере нет пакета datasets. "
        "Загрузите файлы.",
        "dataset": "Набор данных не читается. Проверьте имя и часть. Подробности: {error}",
        "many_files": "Файлов {count}, можно не больше {limit}. Выберите меньше.",
        "format": "{file}: такие файлы не читаются. Подойдут {formats}.",
        "same_file": "{file}: так называются два файла. Переименуйте один из них.",
        "no_text": "{file}: в файле нет текста. Если это скан, сначала распознайте его.",
        "unreadable": "Файл не читается: повреждён, защищён паролем или не того формата. "
        "Подробности: {error}",
        "large": "Файлы занимают больше {megabytes} МБ. Выберите меньше.",
        "many_passages": "В текстах больше {limit} отрывков. Возьмите меньше.",
    },
)
ENGLISH = CorporaTexts(
    where="Where to search",
    home="Demo corpus",
    intro="Upload texts of your own — JSONL, CSV, TXT, Markdown, HTML, DOCX or PDF — and search "
    "them: up to {files} files, {megabytes} MB together. Instead of files you can name a public "
    "Hugging Face dataset with a column text. Everyone who opens this page sees the "
    "corpora added here and may rename and delete them.",
    columns={
        "name": "Corpus",
        "documents": "Documents",
        "passages": "Passages",
        "created": "Added (UTC)",
    },
    none_yet="No corpora of your own yet.",
    add="Add a corpus",
    files="Files",
    dataset="Or a Hugging Face dataset",
    dataset_hint="OWNER/NAME or OWNER/NAME:SPLIT",
    name="Name",
    name_hint="Our manuals",
    add_button="Add",
    reading="Reading the texts",
    files_unit="files",
    indexing="Building the index",
    added="The corpus “{name}” is added: {documents} documents, {passages} passages. "
    "Choose it on the search tab.",
    manage="Rename or delete",
    chosen="Corpus to change",
    nothing_chosen="Choose a corpus.",
    new_name="New name",
    rename_button="Rename",
    renamed="The corpus “{name}” is now called “{new}”.",
    confirm="Repeat the name to delete the corpus for good",
    delete_button="Delete",
    not_confirmed="To delete the corpus, repeat its name: “{name}”.",
    deleted="The corpus “{name}” is deleted.",
    failure="This did not work: {error}",
    errors={
        "home": "This corpus can be neither renamed nor deleted. Choose another.",
        "no_name": "Type a name for the corpus.",
        "long_name": "The name has {length} characters, {limit} fit. Shorten it.",
        "taken": "There is a corpus “{name}” already. Type another name.",
        "unknown": "There is no corpus “{name}”: it may have been deleted. Choose another.",
        "too_many": "There are {limit} corpora already, and no room for more. Delete one.",
        "no_files": "Choose at least one file or name a dataset.",
        "both": "Both files and a dataset are given. Keep one of them.",
        "bad_dataset": "“{dataset}” is no dataset's name. Type OWNER/NAME or OWNER/NAME:SPLIT.",
        "no_hub": "Hugging Face can't be reached now. Try later or upload files.",
        "no_datasets": "Datasets can't be read here: the server has no package datasets. "
        "Upload files.",
        "dataset": "The dataset can't be read. Check its name and split. Details: {error}",
        "many_files": "{count} files, at most {limit} are taken. Choose fewer.",
        "format": "{file}: such files can't be read. Give {formats}.",
        "same_file": "{file}: two files have this name. Rename one of them.",
        "no_text": "{file}: no text in this file. If it is a scan, recognise its text first.",
        "unreadable": "This file can't be read: damaged, locked with a password or of "
        "another format. Details: {error}",
        "large": "The files take more than {megabytes} MB. Choose fewer.",
        "many_passages": "The texts hold more than {limit} passages. Take fewer.",
    },
)
CORPORA_TEXTS = dict(zip(LANGUAGES, (RUSSIAN, ENGLISH), strict=True))
