import string

import pytest

from search.suggest.keyboard_layout import in_english_layout, in_russian_layout

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


@pytest.mark.parametrize("text", [LETTERS, LETTERS.upper()])
def test_every_russian_letter_has_a_key_of_its_own(text: str) -> None:
    typed = in_english_layout(text)
    assert typed.isascii()
    assert len(set(typed)) == 33
    assert in_russian_layout(typed) == text


def test_every_latin_letter_comes_back() -> None:
    assert in_english_layout(in_russian_layout(string.ascii_letters)) == string.ascii_letters


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ghbdtn", "Привет"),
        ("j,]tv gfvznb", "объем памяти"),
        ("`;br 'nj .yjcnm [jlf", "ёжик это юность хода"),
        ('~:"{}<>', "ЁЖЭХЪБЮ"),
        ("2024 -", "2024 -"),
    ],
)
def test_punctuation_keys_are_letters(typed: str, meant: str) -> None:
    assert in_russian_layout(typed) == meant


def test_english_typed_in_russian() -> None:
    assert in_english_layout("пше рги") == "git hub"
