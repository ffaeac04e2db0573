"""Traditional Chinese characters as simplified ones, so that `數量` and `数量` are one word."""

from functools import cache

from opencc import OpenCC


def simplify(text: str) -> str:
    """The text in simplified characters (OpenCC's t2s, which minds phrases too); other letters stay as they are."""
    if text.isascii():
        return text
    try:
        return str(_converter().convert(text))
    except UnicodeEncodeError:  # half a surrogate pair, as from a file name of any bytes
        return text


@cache
def _converter() -> OpenCC:
    """Made when first needed: it reads its dictionaries, which takes longer than reading a small workbook."""
    return OpenCC("t2s")
