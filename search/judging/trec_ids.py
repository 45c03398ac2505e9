"""Ids that fit the columns of TREC and TSV files, and back.

A query judged on the search page has its text for an id, spaces, line breaks and all. What would
break a line is percent-encoded (RFC 3986, UTF-8); other ids stay as they are, so two ids are never
written alike and `decoded` gives back what was encoded.
"""

import re
from urllib.parse import quote, unquote

_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_TOKEN_BREAKS = re.compile("[\\s\ufeff]")
_FIELD_BREAKS = re.compile('[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029\ufeff]|^[" ]| $')


def trec_token(name: str) -> str:
    """An id as one column of a TREC file, whose columns any whitespace separates."""
    return _encoded(name, _TOKEN_BREAKS)


def tsv_field(name: str) -> str:
    """An id as one field of a TSV file; a quote in front would open a quoted field."""
    return _encoded(name, _FIELD_BREAKS)


def decoded(name: str) -> str:
    """The id that `trec_token` or `tsv_field` wrote."""
    return unquote(name)


def _encoded(name: str, breaks: re.Pattern[str]) -> str:
    if not breaks.search(name) and not _ENCODED.search(name):
        return name
    whole = name.replace("%", "%25")
    return breaks.sub(lambda found: quote(found[0], safe=""), whole)
