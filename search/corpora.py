"""People's own corpora: named indexes beside the app's, answered by engines with its models.

::

    DIR/<random hex>/about.json        {"name", "created"}
    DIR/<random hex>/CURRENT, …        an index, see `index.store`
    DIR/.<random hex>/                 being built or removed; goes with the next start
"""

import json
import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index.build import build_index
from index.corpus import clean
from index.encoder import Encoder
from index.errors import IndexStoreError
from index.store import Manifest, current_generation
from search.engine import Engine
from search.errors import CorporaError
from search.uploads import check_dataset, check_files, uploaded

logger = logging.getLogger(__name__)

HOME = ""
"""Name of the app's own index, which is always there."""
MAX_CORPORA = 20
MAX_NAME_CHARS = 60
_ABOUT = "about.json"
_NEW_ABOUT = "about.json.new"


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus as a list shows it."""

    name: str
    created: datetime
    documents: int
    passages: int
    folder: Path


class Corpora:
    """The corpora of one folder, which one process at a time owns; threads may share them."""

    def __init__(self, folder: Path, home: Engine) -> None:
        """Find the corpora of `folder`; one that can't be read is logged and left out."""
        self.home = home
        self._followers: list[Callable[[Engine], object]] = []
        self._folder = folder
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._building: set[str] = set()
        self._engines: dict[Path, Engine] = {}
        self._corpora: dict[str, Corpus] = {}
        for inner in sorted(folder.iterdir()) if folder.is_dir() else ():
            if inner.name.startswith("."):
                shutil.rmtree(inner, ignore_errors=True)
                continue
            try:
                (inner / _NEW_ABOUT).unlink(missing_ok=True)
                corpus = _read(inner)
                self._corpora[corpus.name] = corpus
            except (IndexStoreError, OSError):
                logger.exception("a corpus is left out")

    def when_moved(self, follower: Callable[[Engine], object]) -> None:
        """Call `follower` with every further engine over the app's own index."""
        self._followers.append(follower)

    def move_home(self, engine: Engine) -> None:
        """From now on `engine` searches the app's own index; a search under way ends in the old."""
        self.home = engine
        for follower in self._followers:
            follower(engine)

    def own(self) -> tuple[Corpus, ...]:
        """The corpora that people added, oldest first."""
        with self._lock:
            return tuple(sorted(self._corpora.values(), key=lambda corpus: corpus.created))

    def names(self) -> tuple[str, ...]:
        """What can be searched: `HOME`, then the others, oldest first."""
        return (HOME, *(corpus.name for corpus in self.own()))

    def engine(self, name: str) -> Engine:
        """The engine over a corpus, opened once and kept.

        Raises `CorporaError` for a name nobody has and the errors of `Engine.open`.
        """
        if name == HOME:
            return self.home
        folder = self._known(name).folder
        with self._opening:
            if folder not in self._engines:
                engine = Engine.open(folder, self.home.settings, self.home.models)
                self._engines[folder] = engine
            return self._engines[folder]

    def add(
        self,
        name: str,
        files: Sequence[Path],
        progress: Callable[[int, int], None] | None = None,
        dataset: str = "",
    ) -> Corpus:
        """Index `files`, or a `dataset` of the hub, as a new corpus; a failure leaves nothing.

        `dataset` is OWNER/NAME or OWNER/NAME:SPLIT. `progress` is told (files read, of all).
        Raises `CorporaError` for a name, files or a dataset that can't be taken, and the errors of
        `build_index`.
        """
        dataset = dataset.strip()
        if dataset and files:
            raise CorporaError("Both files and a dataset. Give one of them.", "both")
        if dataset:
            check_dataset(dataset)
        else:
            check_files(files)
        with self._lock:
            name = self._free(name)
            if len(self._corpora) + len(self._building) >= MAX_CORPORA:
                raise CorporaError(
                    f"There are {MAX_CORPORA} corpora already. Delete one first.",
                    "too_many",
                    limit=MAX_CORPORA,
                )
            self._building.add(name)
        hidden = self._folder / f".{uuid.uuid4().hex}"
        try:
            corpus = self._built(name, files, dataset, hidden, progress or (lambda _, of: None))
            with self._lock:
                self._corpora[name] = corpus
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
            with self._lock:
                self._building.discard(name)
        return corpus

    def rename(self, name: str, new: str) -> Corpus:
        """The corpus under its new name; its engine stays. Raises `CorporaError`."""
        corpus = self._known(name)
        with self._lock:
            new = self._free(new)
            renamed = replace(corpus, name=new)
            if self._corpora.pop(name, None) is None:
                raise _unknown(name)
            try:
                _write_about(renamed.folder, new, renamed.created)
            except IndexStoreError:
                self._corpora[name] = corpus
                raise
            self._corpora[new] = renamed
        return renamed

    def delete(self, name: str) -> None:
        """Remove a corpus for good; a search under way ends in peace. Raises `CorporaError`."""
        corpus = self._known(name)
        gone = corpus.folder.with_name(f".{corpus.folder.name}")
        with self._lock:
            if name not in self._corpora:
                raise _unknown(name)
            with _writing(corpus.folder):
                corpus.folder.rename(gone)
            del self._corpora[name]
        self._engines.pop(corpus.folder, None)
        shutil.rmtree(gone, ignore_errors=True)

    def _built(
        self,
        name: str,
        files: Sequence[Path],
        dataset: str,
        hidden: Path,
        progress: Callable[[int, int], None],
    ) -> Corpus:
        models, window = self.home.models, self.home.settings.window_chars
        # An encoder of its own: the shared one would keep every search waiting, or meet two threads
        # in its tokenizer.
        encoder = Encoder.open(models.encoder.name)
        documents = uploaded(files, dataset, window, progress)
        build_index(documents, hidden, encoder, models.analyzer, window, progress=False)
        _write_about(hidden, name, datetime.now(UTC))
        shown = self._folder / hidden.name.removeprefix(".")
        with _writing(shown):
            hidden.rename(shown)
        return _read(shown)

    def _known(self, name: str) -> Corpus:
        if name == HOME:
            raise CorporaError("The app's own corpus stays as it is. Choose another.", "home")
        with self._lock:
            if name in self._corpora:
                return self._corpora[name]
        raise _unknown(name)

    def _free(self, name: str) -> str:
        """The name as it is kept; the lock is held."""
        name = " ".join(clean(name).split())
        if not name:
            raise CorporaError("The corpus has no name. Give it one.", "no_name")
        if len(name) > MAX_NAME_CHARS:
            raise CorporaError(
                f"The name has {len(name)} characters, at most {MAX_NAME_CHARS} fit. Shorten it.",
                "long_name",
                length=len(name),
                limit=MAX_NAME_CHARS,
            )
        if name in self._corpora or name in self._building:
            raise CorporaError(
                f"A corpus {name!r} is already there. Choose another name.", "taken", name=name
            )
        return name


def _read(folder: Path) -> Corpus:
    manifest = Manifest.read(current_generation(folder))
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        name, created = str(about["name"]), datetime.fromisoformat(about["created"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexStoreError(
            f"{folder / _ABOUT}: unreadable ({error}). Remove the folder."
        ) from error
    return Corpus(name, created, manifest.documents, manifest.passages, folder)


def _write_about(folder: Path, name: str, created: datetime) -> None:
    content = json.dumps({"name": name, "created": created.isoformat()}, ensure_ascii=False)
    with _writing(folder):
        fresh = folder / _NEW_ABOUT
        try:
            fresh.write_text(content, encoding="utf-8")
            fresh.replace(folder / _ABOUT)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexStoreError(
            f"{folder}: can't be written ({error.strerror}). Make room or set CORPORA_DIR."
        ) from error


def _unknown(name: str) -> CorporaError:
    return CorporaError(f"There is no corpus {name!r}. Choose another.", "unknown", name=name)
