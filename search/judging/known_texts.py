"""What a corpus holds now, as hashes: whether a judged text is still there, what an id names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from index.corpus import Document, clean
from index.passages import WINDOW_CHARS, Passage, split_document
from search.judging.judgment import Judgment, text_hash
from search.judging.stale import Freshness
from search.judging.trec_ids import decoded


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text that can be judged: a passage, or a whole document (its id is the passage id)."""

    passage_id: str
    document_id: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """The texts of a corpus by id; a document in several windows is known whole, too."""

    documents: dict[str, KnownText]
    passages: dict[str, KnownText]

    @classmethod
    def of(cls, documents: Iterable[Document], window_chars: int = WINDOW_CHARS) -> Self:
        """Split every document as an index does and keep the hashes."""
        known = cls({}, {})
        for document in documents:
            whole = Passage(document.id, document.id, document.title, document.text, 0, 0)
            known.documents[document.id] = _known(whole)
            for passage in split_document(document, window_chars):
                known.passages[passage.id] = _known(passage)
        return known

    def named(self, name: str) -> KnownText | None:
        """The document of this id, or the window; a judgment of others grades whole documents."""
        for identity in (name, clean(name), clean(decoded(name))):
            if found := self.documents.get(identity) or self.passages.get(identity):
                return found
        return None

    def freshness(self, judgment: Judgment) -> Freshness:
        """Whether the corpus still holds the text that was judged, a window or a whole document."""
        found = (self.passages.get(judgment.passage_id), self.documents.get(judgment.passage_id))
        hashes = [text.text_hash for text in found if text]
        if judgment.text_hash in hashes:
            return Freshness.FRESH
        return Freshness.CHANGED if hashes else Freshness.GONE


def _known(passage: Passage) -> KnownText:
    return KnownText(passage.id, passage.document_id, text_hash(passage.titled_text))
