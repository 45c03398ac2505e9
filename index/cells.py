"""Texts in tables that people open in a spreadsheet: nothing there is run as a formula.

As OWASP advises ("CSV Injection"), an apostrophe goes in front of what would be; and off again.
"""

import re

_FORMULA = re.compile("[=+\\-@\t\r\n'＝＋－＠]")
"""What a spreadsheet takes for a formula's start; the apostrophe too, so that one can be undone."""


def safe_cell(text: str) -> str:
    """A text that no spreadsheet runs as a formula; one with an apostrophe in front gets one more.

    >>> safe_cell("=1+1"), safe_cell("1 = 1")
    ("'=1+1", '1 = 1')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(cell: str) -> str:
    """The text that `safe_cell` was given; what it never makes stays as it is.

    >>> plain_cell("'=1+1"), plain_cell("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
