"""The shared frame of the command lines: an expected failure is one line and exit code 1."""

import argparse
import sys

from index.errors import RetrievalError


def run_command(parser: argparse.ArgumentParser, arguments: list[str] | None) -> int:
    """Parse `arguments` (None: the process's own) and call the `run` default of the command."""
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except RetrievalError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0
