from dataclasses import replace

import pytest

from search.errors import JudgingError
from search.judging.judgment import Judgment, text_hash


def test_the_hash_of_a_text_is_its_sha256() -> None:
    # printf 'Байкал' | sha256sum
    assert text_hash("Байкал") == "2c742050238a16bc12f1c80ee78cdb7d5a597a4e423fbdb078c7453fe6e1070c"
    assert text_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_hash("Ель") != text_hash("ель")


def test_a_text_with_half_a_surrogate_pair_has_a_hash() -> None:
    assert len(text_hash("\ud83d")) == 64


@pytest.mark.parametrize("grade", [0, 1, 2, 3, None])
def test_four_grades_and_none_are_judgments(judgment: Judgment, grade: int | None) -> None:
    assert replace(judgment, grade=grade).grade == grade


@pytest.mark.parametrize("grade", [-1, 4, True, 2.0, "3"])
def test_another_grade_is_refused_with_its_value(judgment: Judgment, grade: object) -> None:
    with pytest.raises(JudgingError, match=f"grade {grade!r}: must be 0, 1, 2, 3"):
        replace(judgment, grade=grade)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["annotator", "query", "passage_id"])
@pytest.mark.parametrize("value", ["", " \n"])
def test_what_a_judgment_is_of_may_not_be_empty(judgment: Judgment, field: str, value: str) -> None:
    with pytest.raises(JudgingError, match=f"{field} is empty"):
        replace(judgment, **{field: value})


@pytest.mark.parametrize(("field", "longest"), [("comment", 2000), ("annotator", 100)])
def test_a_text_is_kept_up_to_its_limit(judgment: Judgment, field: str, longest: int) -> None:
    assert getattr(replace(judgment, **{field: "ж" * longest}), field) == "ж" * longest
    with pytest.raises(JudgingError, match=f"{field} has {longest + 1} characters, {longest} at"):
        replace(judgment, **{field: "ж" * (longest + 1)})


@pytest.mark.parametrize("character", ["\0", "\ud800", "\udfff"])
@pytest.mark.parametrize(
    "field",
    ["query", "passage_id", "document_id", "text_hash", "annotator", "comment", "query_id"]
    + ["pool", "snapshot"],
)
def test_a_character_no_database_keeps_is_refused_and_named(
    judgment: Judgment, field: str, character: str
) -> None:
    with pytest.raises(JudgingError, match=f"{field} holds .* U\\+{ord(character):04X} at pos"):
        replace(judgment, **{field: f"ёж{character}"})
