"""chardet's opinion.

What belongs here: the only door to chardet. What does not: what its opinion counts for (ranking).

Always without `prefer_superset`: with it, chardet 7 names cp1251 for what it found to be
iso8859-5, which is none.
"""

import codecs

import chardet

# Python's names of what chardet names more narrowly than the encodings that are tried here.
_WIDER = {
    "euc_jis_2004": "euc_jp",
    "shift_jis_2004": "cp932",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}


def opinion(window: bytes) -> tuple[str, float]:
    """(Python's name of the encoding, confidence); an empty name where it sees no text."""
    found = chardet.detect(window, prefer_superset=False, compat_names=False)
    if found["encoding"] is None:
        return "", float(found["confidence"])
    name = codecs.lookup(found["encoding"]).name
    return _WIDER.get(name, name), float(found["confidence"])
