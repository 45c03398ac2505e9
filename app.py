"""Entry of the Space and of `make run`: settings -> corpora and judgments -> page -> launch."""

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# A table of the last 10,000 events, made anew after each; /metrics tells more.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")
if "SPACE_ID" in os.environ:  # behind the Hub's proxy, which says who asks and that it is https
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "*")

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from index.errors import RetrievalError
from search.access.access import Access
from search.access.gate import guards, signed_in
from search.access.roles import Role
from search.corpora import Corpora
from search.judging.store import JudgmentStore
from search.judging.sync import start_sync
from search.operations.logs import start_logs
from search.operations.service import Service
from search.operations.sessions import keep_sessions
from search.serving import serving_settings
from search.start import open_engine
from search.ui.page import CSS, THEME, build_page
from search.ui.tools import can_serve_tools, keep_tools
from search.uploads import MAX_BYTES


def main() -> int:
    """Serve the page until stopped; an expected failure is one line and exit code 1."""
    try:
        settings = serving_settings()
        log = start_logs(settings)
        logging.info("settings: %s", settings.as_dict())
        access = Access.of(settings)
        store = JudgmentStore.open(settings.database_url)
        start_sync(store, Path(settings.snapshots_dir).parent / "sync")
        corpora = Corpora(Path(settings.corpora_dir), open_engine(settings))
        page = build_page(corpora, store, guarded=access is not None)
        service = Service(page, corpora, store, log)
    except RetrievalError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    page.launch(
        theme=THEME,
        css=CSS,
        ssr_mode=False,
        show_error=True,
        auth_dependency=signed_in if access else None,
        max_file_size=MAX_BYTES,
        # Its calls can't log in.
        mcp_server=can_serve_tools() and (not access or access.anonymous >= Role.VISITOR),
        prevent_thread_lock=True,
        # Gradio compresses its assets, not the page itself.
        app_kwargs={
            "middleware": [
                service.middleware(),
                Middleware(GZipMiddleware, minimum_size=1000),
                *guards(access, page),
            ]
        },
    )
    keep_tools(page)
    keep_sessions(page)
    service.run()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
