"""The process of `index.readers.apart`: files by stdin, a line of JSON for each by stdout."""

import json
import resource
import sys
from contextlib import suppress

from index.errors import CorpusError, EmptyCorpusError
from index.readers.apart import MEMORY_BYTES, REQUEST
from index.readers.file import READERS


def main() -> None:
    """Answer until the input ends."""
    with suppress(ValueError, OSError):  # not on macOS
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    while head := sys.stdin.buffer.read(REQUEST.size):
        suffix, size = REQUEST.unpack(head)
        data = sys.stdin.buffer.read(size)
        try:
            content = READERS[suffix.rstrip(b"\0").decode()](data)
            answer: dict[str, object] = {"title": content.title, "text": content.text}
        except CorpusError as error:
            answer = {"error": str(error), "empty": isinstance(error, EmptyCorpusError)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
