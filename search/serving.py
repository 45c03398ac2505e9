"""The settings of a program that opens an engine: with the reranker that is in service."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from search.promotion import in_service
from search.settings import Settings


def serving_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """`Settings.from_environment` with the promoted reranker, unless RERANKER names one.

    Reads the promoted weights: what opens no engine asks `Settings.from_environment` itself. Raises
    `SettingsError` as that does, and `ModelError` when what was promoted is gone or changed.
    """
    settings = Settings.from_environment(environment)
    if environment.get("RERANKER"):
        return settings
    promoted = in_service(Path(settings.promotions))
    return replace(settings, reranker=promoted.reranker) if promoted else settings
