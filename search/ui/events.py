"""Options that the page's events share: how waiting shows, and who waits for whom."""

from typing import Any

Options = dict[str, Any]

QUIET: Options = {"show_progress": "hidden", "api_visibility": "private"}
"""What is over at once."""
BUSY: Options = {"show_progress": "full", "api_visibility": "private"}
"""What may take seconds, or minutes: the page shows that it works."""

MODELS: Options = {"concurrency_id": "models", "concurrency_limit": 2}
"""Events that compute with the models share two places."""
JOBS: Options = {"concurrency_id": "jobs", "concurrency_limit": 1}
"""What searches for minutes waits for its like, never keeps a person's search waiting in line."""
JUDGING: Options = {"concurrency_id": "judging", "concurrency_limit": 20}
"""Events that only touch the database: they never wait for a model."""
