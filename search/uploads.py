"""Files that a person uploaded, or a dataset named -> documents of one corpus, within limits."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.corpus import Document, clean, read_corpus, read_hub_dataset
from index.errors import CorpusError, EmptyCorpusError
from index.passages import split_document
from index.readers.file import READERS
from index.readers.hub import PREFIX
from search.errors import CorporaError

SUFFIXES = (".jsonl", ".csv", *READERS)
"""Not .gz: its size tells nothing of what it unpacks to."""
MAX_FILES = 200
MAX_BYTES = 50_000_000
MAX_PASSAGES = 100_000
_DATASET = re.compile(r"[\w.-]+/[\w.-]+(:\w+)?")


def check_files(files: Sequence[Path]) -> None:
    """Raises `CorporaError` for none, too many or too large files and for names that don't do."""
    if not files:
        raise CorporaError("No file to index. Give at least one.", "no_files")
    if len(files) > MAX_FILES:
        raise CorporaError(
            f"{len(files)} files, the limit is {MAX_FILES}. Give fewer.",
            "many_files",
            count=len(files),
            limit=MAX_FILES,
        )
    seen: set[str] = set()
    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            raise CorporaError(
                f"{file.name}: unknown format. Give {', '.join(SUFFIXES)}.",
                "format",
                file=file.name,
                formats=", ".join(SUFFIXES),
            )
        if file.name in seen:
            raise CorporaError(
                f"{file.name}: two files have this name. Rename one.", "same_file", file=file.name
            )
        seen.add(file.name)
    size = sum(file.stat().st_size for file in files)
    if size > MAX_BYTES:
        raise CorporaError(
            f"The files hold {size} bytes, the limit is {MAX_BYTES}. Give fewer.",
            "large",
            megabytes=MAX_BYTES // 1_000_000,
        )


def check_dataset(name: str) -> None:
    """Raises `CorporaError` unless `name` is OWNER/NAME or OWNER/NAME:SPLIT and no place here."""
    # A name that is a local path would be read from there: nobody may open the server's folders.
    if not _DATASET.fullmatch(name) or os.path.exists(name.partition(":")[0]):
        raise CorporaError(
            f"{name!r} names no dataset of the hub. Give OWNER/NAME or OWNER/NAME:SPLIT.",
            "bad_dataset",
            dataset=name,
        )


def uploaded(
    files: Sequence[Path], dataset: str, window_chars: int, progress: Callable[[int, int], None]
) -> Iterator[Document]:
    """The documents of the files, or of the dataset if it has a name.

    Ends when their passages are too many: before the long work begins. `progress` is told (files
    read, of all), a dataset being one. Of several tables each gives its name to the ids.
    Raises `CorporaError` for what can't be read or holds nothing.
    """
    passages = 0
    documents = _dataset_documents(dataset, progress) if dataset else _all_files(files, progress)
    for document in documents:
        passages += sum(1 for _ in split_document(document, window_chars))
        if passages > MAX_PASSAGES:
            raise CorporaError(
                f"There are more than {MAX_PASSAGES} passages. Give fewer texts.",
                "many_passages",
                limit=MAX_PASSAGES,
            )
        yield document


def _dataset_documents(name: str, progress: Callable[[int, int], None]) -> Iterator[Document]:
    progress(0, 1)
    try:
        yield from read_hub_dataset(f"{PREFIX}{name}", public=True)
    except CorpusError as error:
        cause, why = error.__cause__, str(error).removeprefix(PREFIX)
        if isinstance(cause, ConnectionError):
            raise CorporaError(why, "no_hub") from error
        if isinstance(cause, ImportError) and cause.name == "datasets":
            raise CorporaError(why, "no_datasets") from error
        raise CorporaError(why, "dataset", error=why) from error
    progress(1, 1)


def _all_files(files: Sequence[Path], progress: Callable[[int, int], None]) -> Iterator[Document]:
    for number, file in enumerate(files):
        progress(number, len(files))
        yield from _documents(file, alone=len(files) == 1)
    progress(len(files), len(files))


def _documents(file: Path, alone: bool) -> Iterator[Document]:
    name = clean(file.name)
    table = file.suffix.lower() not in READERS  # a text file is named by its name as it is
    try:
        for document in read_corpus(file):
            if table and not alone:
                source = document.source or name
                document = replace(document, id=f"{name}/{document.id}", source=source)
            yield document
    except EmptyCorpusError as error:
        raise CorporaError(_named(file, error), "no_text", file=file.name) from error
    except CorpusError as error:
        why = _named(file, error)
        raise CorporaError(why, "unreadable", error=why) from error


def _named(file: Path, error: CorpusError) -> str:
    """What went wrong, the file named as the person does, not by its place on the server."""
    return str(error).replace(str(file), file.name)
