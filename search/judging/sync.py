"""The judgments kept in a dataset of the hub, where a disk doesn't last.

Every process pushes a file of its own, `judgments-<start>-<random>.jsonl`, with the whole history
of its database: five minutes apart while there is news, and at exit. So no process overwrites what
another one pushed, and a database without judgments pushes nothing. A process that finds its
database without judgments when it starts first restores what all the files hold; a database with
judgments is left alone.

What this is not: two replicas with databases of their own don't see each other's judgments until
one starts anew with an empty database (give them one PostgreSQL for that); what was judged since
the last push is lost when a process is killed; pools, snapshots and votes are not kept. Old files
stay in the dataset, one for each start; a person may delete those whose judgments a newer one
holds.
"""

import os
import tempfile
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from huggingface_hub import CommitInfo, CommitScheduler, HfApi

from search.errors import JudgingError
from search.judging.history_file import export_history, read_history, united
from search.judging.store import Event, JudgmentStore

FILES = "judgments-*.jsonl"
MINUTES = 5.0


def start_sync(
    store: JudgmentStore, folder: Path, environment: Mapping[str, str] = os.environ
) -> CommitScheduler | None:
    """Restore the judgments of the dataset JUDGMENTS_REPO into an empty store, then keep it pushed.

    `folder` is where the file to push is written. None, and nothing is done, unless JUDGMENTS_REPO
    and HF_TOKEN are both set. Raises `JudgingError` when the hub can't be reached or refuses, and
    for a file there that is no history.
    """
    repo, token = environment.get("JUDGMENTS_REPO"), environment.get("HF_TOKEN")
    if not repo or not token:
        return None
    try:
        if store.is_empty():
            store.restore(_fetched(repo, token))
        return _HistoryScheduler(store, folder, repo, token)
    except JudgingError:
        raise
    except Exception as error:  # the hub's and its HTTP library's errors have no root in common
        raise JudgingError(
            f"JUDGMENTS_REPO={repo!r}: judgments can't be kept there ({_first_line(error)}). "
            "Check the name (owner/name) and that HF_TOKEN may write to it, or unset both."
        ) from error


def _fetched(repo: str, token: str) -> list[Event]:
    """The union of all histories in the dataset, which is made when there is none yet."""
    hub = HfApi(token=token)
    hub.create_repo(repo, repo_type="dataset", private=True, exist_ok=True)
    names = sorted(
        name for name in hub.list_repo_files(repo, repo_type="dataset") if fnmatchcase(name, FILES)
    )
    with tempfile.TemporaryDirectory() as folder:
        files = [
            hub.hf_hub_download(repo, name, repo_type="dataset", local_dir=folder) for name in names
        ]
        return united(read_history(Path(file)) for file in files)


class _HistoryScheduler(CommitScheduler):
    """Exports anew before each push; a push without news is none."""

    def __init__(self, store: JudgmentStore, folder: Path, repo: str, token: str) -> None:
        self._store = store  # before the scheduler's thread starts to push
        self._name = f"judgments-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}.jsonl"
        super().__init__(
            repo_id=repo,
            repo_type="dataset",
            private=True,
            token=token,
            folder_path=folder,
            allow_patterns=self._name,
            every=MINUTES,
        )

    def push_to_hub(self) -> CommitInfo | None:
        if not export_history(self._store, self.folder_path / self._name):
            return None
        return super().push_to_hub()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
