from dataclasses import replace

import pytest

from index.corpus import Document
from index.passages import split_document
from search.judging.judgment import Judgment, text_hash
from search.judging.known_texts import KnownTexts
from search.judging.stale import Freshness

SHORT = Document("tea", "Чай", "Чай заваривают кипятком.")
LONG = Document("кит 1", "Киты", " ".join(f"Кит номер {n} ныряет глубоко." for n in range(20)))
WINDOWS = list(split_document(LONG, 200))


@pytest.fixture
def known() -> KnownTexts:
    return KnownTexts.of([SHORT, LONG], 200)


def judged(passage_id: str, text: str) -> Judgment:
    return Judgment("кит", passage_id, passage_id.partition("#")[0], text_hash(text), "anna", 1)


def test_a_name_finds_a_whole_document_or_a_window(known: KnownTexts) -> None:
    assert len(WINDOWS) > 2
    tea = known.named("tea")
    assert tea is not None and tea.text_hash == text_hash("Чай\nЧай заваривают кипятком.")
    whole = known.named("кит 1")
    assert whole is not None and whole.text_hash == text_hash(f"Киты\n{LONG.text}")
    assert known.named("кит%201") == known.named(" кит 1 ") == whole
    window = known.named("кит 1#2")
    assert window is not None
    assert (window.document_id, window.text_hash) == (
        "кит 1",
        text_hash(WINDOWS[1].titled_text),
    )
    assert known.named("кит 1#99") is None
    assert known.named("") is None


def test_a_judgment_is_fresh_by_its_window_or_by_the_whole_document(known: KnownTexts) -> None:
    for text in (WINDOWS[0].titled_text, f"Киты\n{LONG.text}"):
        assert known.freshness(judged("кит 1", text)) is Freshness.FRESH
    assert known.freshness(judged("кит 1#2", WINDOWS[1].titled_text)) is Freshness.FRESH
    assert known.freshness(judged("кит 1#2", f"Киты\n{LONG.text}")) is Freshness.CHANGED
    assert known.freshness(judged("tea", "Чай")) is Freshness.CHANGED
    assert known.freshness(judged("tea#2", "Чай")) is Freshness.GONE


def test_a_new_title_is_a_change() -> None:
    renamed = KnownTexts.of([replace(SHORT, title="О чае")])
    judgment = judged("tea", "Чай\nЧай заваривают кипятком.")
    assert renamed.freshness(judgment) is Freshness.CHANGED
