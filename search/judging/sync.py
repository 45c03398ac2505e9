"""The history as one JSONL file, pushed to the hub every few minutes where a disk doesn't last."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from huggingface_hub import CommitInfo, CommitScheduler

from search.errors import JudgingError
from search.judging.store import Event, JudgmentStore

EXPORT = "judgments.jsonl"
MINUTES = 5.0


def export_history(store: JudgmentStore, file: Path) -> int:
    """Write every judgment ever made, a JSON object a line, and say how many.

    The file is replaced whole, and not touched when nothing changed. Raises `JudgingError` when it
    can't be written.
    """
    events = store.history()
    content = "".join(_line(event) for event in events).encode()
    draft = file.with_name(f".{file.name}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and file.read_bytes() == content:
            return len(events)
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise JudgingError(
            f"{file}: the judgments can't be exported there ({error.strerror}). Make room or "
            "choose another folder."
        ) from error
    return len(events)


def start_sync(
    store: JudgmentStore, folder: Path, environment: Mapping[str, str] = os.environ
) -> CommitScheduler | None:
    """Push an export in `folder` to the dataset JUDGMENTS_REPO every five minutes and at exit.

    None, and nothing is started, unless JUDGMENTS_REPO and HF_TOKEN are both set. Raises
    `JudgingError` when the hub can't be reached or refuses.
    """
    repo, token = environment.get("JUDGMENTS_REPO"), environment.get("HF_TOKEN")
    if not repo or not token:
        return None
    try:
        return _HistoryScheduler(store, folder, repo, token)
    except Exception as error:  # the hub's and its HTTP library's errors have no root in common
        raise JudgingError(
            f"JUDGMENTS_REPO={repo!r}: judgments can't be pushed there ({_first_line(error)}). "
            "Check the name (owner/name) and that HF_TOKEN may write to it, or unset both."
        ) from error


class _HistoryScheduler(CommitScheduler):
    """Exports anew before each push; a push without news is none."""

    def __init__(self, store: JudgmentStore, folder: Path, repo: str, token: str) -> None:
        self._store = store  # before the scheduler's thread starts to push
        super().__init__(
            repo_id=repo,
            repo_type="dataset",
            private=True,
            token=token,
            folder_path=folder,
            allow_patterns=EXPORT,
            every=MINUTES,
        )

    def push_to_hub(self) -> CommitInfo | None:
        export_history(self._store, self.folder_path / EXPORT)
        return super().push_to_hub()


def _line(event: Event) -> str:
    row = {**asdict(event.judgment), "undone_at": event.undone_at}
    return json.dumps(row, ensure_ascii=False, default=lambda time: time.isoformat()) + "\n"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
