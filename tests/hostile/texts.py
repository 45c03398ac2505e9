"""What people send who mean no good, or whose keyboards do."""

from hypothesis import strategies as st

ATTACKS = (
    "<script>window.__hacked = 1</script>",
    "<img src=x onerror='window.__hacked=1'>",
    '"><svg/onload=window.__hacked=1>',
    "' onmouseover='window.__hacked=1' x='",
    "</textarea></p></article><iframe srcdoc='<script>parent.__hacked=1</script>'>",
    "<style>*{background:url(http://evil.example/x)}</style>",
    "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0;//evil.example>",
    "[кот](javascript:window.__hacked=1) ![x](http://evil.example/x.png) **жирно**",
    "{{value}} {{7*7}} ${window.__hacked=1} {%raw%} #{7*7} <%= 7*7 %>",
    "'; DROP TABLE judgments; --",
    '" OR 1=1; SELECT pg_sleep(9) /*',
    "%' AND 'x' LIKE '%_\\",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "file:///etc/passwd",
    "/dev/zero",
    '=HYPERLINK("http://evil.example";"кот")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'=1+1",
    "\u202eтак\u202c и \u2066так\u2069",
    "ко\u200bт ко\u00adт ко\u2060т \ufeffкот \u200d\u200c",
    "שלום مرحبا кот",
    "e\u0301е\u0308и\u0306" + "\u0316\u0301" * 40,
    "\ud800кот\udfff",
    "\0кот\0",
    "\x1b[31mкот\x07\x08",
    "ﬁ ǆ İ ı ß ẞ Å K",
    "👩‍👩‍👧‍👦🏳️‍🌈🇷🇺",
    "\U0010ffff\ufffe\uffff\ue000",
    "﷽",
    "кот\u2028кот\u2029кот\x85кот\v\f",
    "1.5 1,5 ١٢٣ ½ ² Ⅷ 1e999 NaN -Infinity 0x41",
    "а-а-а‑б‐в—г",
    "%00%0a%0d%2e%2e%2f&lt;b&gt;&#60;",
    "О'Рейли \\' \\\\ \\u0041 \\N{DIGIT ONE}",
    "",
    " ",
    "\n\n\t",
)
_WORDS = ("кот", "Ёлки", "чай", "вода", "и", "северо-восток", "питается", "cкачать", "2024", "a")
_SIGNS = st.characters(exclude_categories=())
"""Every code point, lone surrogates too."""


def short_texts() -> st.SearchStrategy[str]:
    """Up to a few hundred characters."""
    piece = st.one_of(
        st.sampled_from(ATTACKS), st.sampled_from(_WORDS), st.text(_SIGNS, max_size=12)
    )
    joined = st.tuples(st.sampled_from(("", " ", "\n", ". ")), st.lists(piece, max_size=8))
    return st.one_of(
        st.sampled_from(ATTACKS),
        st.text(_SIGNS, max_size=60),
        joined.map(lambda parts: parts[0].join(parts[1])),
    )


def long_texts() -> st.SearchStrategy[str]:
    """A million characters of one piece, or of one word."""
    pieces = st.one_of(st.sampled_from(ATTACKS), st.text(_SIGNS, min_size=1, max_size=5))
    return pieces.filter(bool).map(lambda piece: (piece * (10**6 // len(piece) + 1))[: 10**6])


def file_bytes() -> st.SearchStrategy[bytes]:
    """Texts in an encoding that may not hold them, and any bytes."""
    encodings = st.sampled_from(("utf-8", "utf-16", "cp1251", "koi8-r", "cp866"))
    texts = st.tuples(short_texts(), encodings).map(lambda t: t[0].encode(t[1], "replace"))
    wild = short_texts().map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(texts, wild, st.binary(max_size=300))
