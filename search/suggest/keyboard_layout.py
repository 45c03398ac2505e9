"""Text typed in the wrong keyboard layout -> what the same keys give in the other one."""

_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_ENGLISH = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_SHIFTED = _RUSSIAN.upper()
_ENGLISH_SHIFTED = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'

_TO_RUSSIAN = str.maketrans(_ENGLISH + _ENGLISH_SHIFTED, _RUSSIAN + _RUSSIAN_SHIFTED)
_TO_ENGLISH = str.maketrans(_RUSSIAN + _RUSSIAN_SHIFTED, _ENGLISH + _ENGLISH_SHIFTED)


def in_russian_layout(text: str) -> str:
    """What the keys of an English (US) text give in ЙЦУКЕН; other characters stay.

    >>> in_russian_layout("Ghbdtn")
    'Привет'
    """
    return text.translate(_TO_RUSSIAN)


def in_english_layout(text: str) -> str:
    """What the keys of a ЙЦУКЕН text give in the English (US) layout; other characters stay.

    >>> in_english_layout("пше рги")
    'git hub'
    """
    return text.translate(_TO_ENGLISH)
