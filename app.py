"""Entry of the Space and of `make run`: settings -> engine -> page -> launch."""

import logging
import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from index.errors import RetrievalError
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.start import open_engine
from search.ui.page import CSS, THEME, build_page


def main() -> int:
    """Serve the page until stopped; an expected failure is one line and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for chatty in ("httpx", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment()
        logging.info("settings: %s", settings.as_dict())
        store = JudgmentStore.open(settings.database_url)
        page = build_page(open_engine(settings), store)
    except RetrievalError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    page.queue(max_size=64).launch(theme=THEME, css=CSS, ssr_mode=False, show_error=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
