"""A new generation of the index comes into service while the app runs."""

import hashlib
import logging
import threading
from pathlib import Path

from index.errors import RetrievalError
from index.opening import is_remote
from search.corpora import Corpora
from search.engine import Engine

SECONDS = 1.0
"""Between two looks at which generation is the current one."""

logger = logging.getLogger(__name__)


class LiveIndex:
    """Looks whether the app's own index has changed, and moves the app to what it is now.

    A generation that can't be opened is told once; the one before stays in service. A search under
    way ends in the generation it began in: its files are mapped, and stay until nobody reads them.
    """

    def __init__(self, corpora: Corpora) -> None:
        self._corpora = corpora
        self._seen = ""

    def start(self) -> None:
        """Look again and again, in a thread that ends with the process."""
        if not is_remote(self._corpora.home.settings.index_dir):
            threading.Thread(target=self._run, name="live index", daemon=True).start()

    def look(self) -> bool:
        """Look once; whether the app has moved."""
        home = self._corpora.home
        named = self._named()
        if named == self._seen or _manifest_hash(home) in named:
            self._seen = named
            return False
        self._seen = named
        try:
            engine = Engine.open(home.settings.index_dir, home.settings, home.models)
        except RetrievalError as error:
            if self._named() == named:  # else it was only replaced meanwhile
                logger.error("the new index is not used: %s", error)
            return False
        self._corpora.move_home(engine)
        manifest = engine.index.manifest
        logger.info("the index of %s is in use, %s passages", manifest.created, manifest.passages)
        return True

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(SECONDS):
            try:
                self.look()
            except Exception:  # the thread is needed for the next generation
                logger.exception("the new index is not used")

    def _named(self) -> str:
        """What names the current generation: its folder and its manifest's SHA-256."""
        try:
            return (Path(self._corpora.home.settings.index_dir) / "CURRENT").read_text("utf-8")
        except (OSError, ValueError):
            return self._seen


def _manifest_hash(engine: Engine) -> str:
    return hashlib.sha256(engine.index.manifest.as_json().encode()).hexdigest()
