"""The online half's branch of the error tree; its root is `index.errors.RetrievalError`.

::

    RetrievalError
    ├── … (index.errors)
    ├── SettingsError    an environment variable holds what can't be used
    ├── AccessError      users, passwords and roles that can't be kept or used
    ├── QueryError       a query that can't be searched: empty, too long
    ├── CorporaError     what can't be done with people's own corpora
    ├── EvaluationError  an evaluation set that can't be read or measured
    ├── JudgingError     judgments, pools or snapshots that can't be kept or compared
    │   └── NothingToJudgeError  a pool without items
    └── TrainingError    pairs or a base that nothing can be learned from
"""

from index.errors import RetrievalError


class SettingsError(RetrievalError):
    """An environment variable holds a value that can't be used."""


class AccessError(RetrievalError):
    """Users, passwords and roles that can't be kept or used."""


class QueryError(RetrievalError):
    """A query that can't be searched; `reason` and `values` let the page say it in its language."""

    def __init__(self, message: str, reason: str, **values: int) -> None:
        super().__init__(message)
        self.reason = reason
        self.values = values


class CorporaError(RetrievalError):
    """What can't be done with people's own corpora; `reason` and `values` as in `QueryError`."""

    def __init__(self, message: str, reason: str, **values: int | str) -> None:
        super().__init__(message)
        self.reason = reason
        self.values = values


class EvaluationError(RetrievalError):
    """An evaluation set that can't be read or measured."""


class JudgingError(RetrievalError):
    """Judgments, pools or snapshots that can't be read, kept or compared."""


class NothingToJudgeError(JudgingError):
    """A pool would hold no item."""


class TrainingError(RetrievalError):
    """Pairs, a base or a target that a model can't be trained with."""
