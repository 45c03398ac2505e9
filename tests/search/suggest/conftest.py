import pytest

from index.corpus import read_corpus
from index.passages import split_document
from search.settings import ROOT
from search.suggest.words import CorpusWords


@pytest.fixture(scope="session")
def demo_words() -> CorpusWords:
    documents = read_corpus(ROOT / "data" / "demo")
    return CorpusWords.of(p for document in documents for p in split_document(document))
