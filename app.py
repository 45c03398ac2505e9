"""Entry of the Space and of `make run`: settings -> corpora and judgments -> page -> launch."""

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from index.errors import RetrievalError
from search.corpora import Corpora
from search.judging.store import JudgmentStore
from search.judging.sync import start_sync
from search.serving import serving_settings
from search.start import open_engine
from search.ui.page import CSS, THEME, build_page
from search.ui.sign_in import logins
from search.ui.tools import can_serve_tools, keep_tools
from search.uploads import MAX_BYTES


def main() -> int:
    """Serve the page until stopped; an expected failure is one line and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for chatty in ("httpx", "mcp", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = serving_settings()
        logging.info("settings: %s", settings.as_dict())
        auth = logins()
        store = JudgmentStore.open(settings.database_url)
        start_sync(store, Path(settings.snapshots_dir).parent / "sync")
        corpora = Corpora(Path(settings.corpora_dir), open_engine(settings))
        page = build_page(corpora, store)
    except RetrievalError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    page.queue(max_size=64).launch(
        theme=THEME,
        css=CSS,
        ssr_mode=False,
        show_error=True,
        auth=auth,
        max_file_size=MAX_BYTES,
        mcp_server=can_serve_tools() and auth is None,  # its calls could not log in
        prevent_thread_lock=True,
        # Gradio compresses its assets, not the page itself.
        app_kwargs={"middleware": [Middleware(GZipMiddleware, minimum_size=1000)]},
    )
    keep_tools(page)
    page.block_thread()
    return 0


if __name__ == "__main__":
    sys.exit(main())
