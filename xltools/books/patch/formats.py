"""The cell formats of a workbook: which show dates, and new ones in which a date or a number shows as what it is."""

import re
from collections.abc import Callable

from xltools.books.number_formats import format_moment
from xltools.books.package import Package, PackageError
from xltools.books.patch import markup

_MOST_FORMATS = 64_000  # Excel's own limit: a workbook with more of them is damaged to it
_DAY = "yyyy-mm-dd"
# Built-in formats that show a day, and those that show a time or a span alone (ECMA-376 Part 1, 18.8.30, with its
# Chinese, Japanese and Korean ones).
_DAYS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58))
_TIMES = _DAYS | {*range(18, 22), *range(32, 36), *range(45, 48), 55, 56}
_GENERAL, _FIRST_OWN = 0, 164
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]?|general|am/pm|a/p', re.IGNORECASE)
_YEAR_OR_DAY = re.compile(r"[yd]|mmm|(?<![0#?.])e(?![+-])", re.IGNORECASE)  # e: the year of a Chinese or Japanese era
_TIME = re.compile(r"[hs]", re.IGNORECASE)


class FormatBook:
    """The cellXfs of a workbook, indexed from 0; `save` writes the styles part if formats were added.

    `part` is the name of the styles part, empty where there is none: then every format stays as it is.
    """

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        self._content = markup.checked(package.read(part)) if part else b""
        self._prefix = markup.read_root(self._content)[0] if part else b""
        self._formats = self._read_formats()
        self._known = len(self._formats)
        self._codes = self._read_codes()
        self._day_code = next((number for number, code in self._codes.items() if code.lower() == _DAY), None)
        self._codes_known = len(self._codes)
        self._dated: dict[int, int] = {}
        self._plain: dict[int, int] = {}

    def _read_formats(self) -> list[bytes]:
        found = markup.whole_elements(self._prefix, "cellXfs").search(self._content)
        inside = (found and found[1]) or b""
        return [one[0] for one in markup.whole_elements(self._prefix, "xf").finditer(inside)]

    def _read_codes(self) -> dict[int, str]:
        found = markup.whole_elements(self._prefix, "numFmts").search(self._content)
        codes = {}
        for tag in markup.start_tags(self._prefix, "numFmt").findall((found and found[1]) or b""):
            number, code = markup.read_attribute(tag, "numFmtId"), markup.read_attribute(tag, "formatCode")
            if number and re.fullmatch(r"[0-9]{1,9}", number) and code is not None:
                codes[int(number)] = code
        return codes

    def dated(self, style: int) -> int:
        """The format for a date where the format was `style`: itself if it shows days, else the same with a date's."""
        if style not in self._dated:
            shown = not self._formats or self._shows(style, _DAYS, shows_day)
            self._dated[style] = style if shown else self._derive(style, self._day_format())
        return self._dated[style]

    def plain(self, style: int) -> int:
        """The format for a number where the format was `style`: itself unless the number would show as a time."""
        if style not in self._plain:
            as_time = self._shows(style, _TIMES, lambda code: format_moment(code) is not None)
            self._plain[style] = self._derive(style, _GENERAL) if as_time else style
        return self._plain[style]

    def _shows(self, style: int, built_in: frozenset[int], shows: Callable[[str], bool]) -> bool:
        if style >= len(self._formats):
            return False
        number = markup.read_attribute(self._formats[style], "numFmtId") or "0"
        if not re.fullmatch(r"[0-9]{1,9}", number):
            return False
        code = self._codes.get(int(number))
        return int(number) in built_in if code is None else shows(code)

    def _day_format(self) -> int:
        if self._day_code is None:
            self._day_code = max((_FIRST_OWN - 1, *self._codes)) + 1
            self._codes[self._day_code] = _DAY
        return self._day_code

    def _derive(self, style: int, number_format: int) -> int:
        """A format like `style` with another number format; `style` itself where there is no room for another."""
        if style >= len(self._formats):
            return style
        tag = re.match(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", self._formats[style])
        if not tag:
            raise PackageError("reason-not-standard")
        new = markup.set_attribute(tag[0], "numFmtId", str(number_format))
        new = markup.set_attribute(new, "applyNumberFormat", "1") + self._formats[style][tag.end() :]
        if new in self._formats:
            return self._formats.index(new)
        if len(self._formats) >= _MOST_FORMATS:
            return style
        self._formats.append(new)
        return len(self._formats) - 1

    def save(self) -> None:
        """Write the styles part with the formats that were added."""
        if len(self._formats) == self._known:
            return
        content = self._content
        if len(self._codes) > self._codes_known and self._day_code is not None:
            content = self._with_code(content, self._day_code)
        new = b"".join(self._formats[self._known :])
        self._package.write(self._part, _append(content, self._prefix, "cellXfs", new, len(self._formats)))

    def _with_code(self, content: bytes, number: int) -> bytes:
        element = f'numFmt numFmtId="{number}" formatCode="{_DAY}"/>'.encode()
        new = b"<" + self._prefix + element
        if markup.whole_elements(self._prefix, "numFmts").search(content):
            return _append(content, self._prefix, "numFmts", new, len(self._codes))
        root = markup.start_tags(self._prefix, "styleSheet").search(content)
        if not root:
            raise PackageError("reason-not-standard")
        p = self._prefix  # it is the first of all children (ECMA-376 Part 1, 18.8.39)
        return content[: root.end()] + b'<%snumFmts count="1">%s</%snumFmts>' % (p, new, p) + content[root.end() :]


def _append(content: bytes, prefix: bytes, name: str, new: bytes, count: int) -> bytes:
    found = markup.whole_elements(prefix, name).search(content)
    if not found:
        raise PackageError("reason-not-standard")
    tag = markup.start_tag(found)
    if found[1] is None:
        tag = tag[:-2].rstrip() + b">"
    start = markup.set_attribute(tag, "count", str(count)) + (found[1] or b"")
    return content[: found.start()] + start + new + b"</" + prefix + name.encode() + b">" + content[found.end() :]


def shows_day(code: str) -> bool:
    """True for a number format that shows a year, a month or a day."""
    bare = _LITERAL.sub("", code)
    return bool(_YEAR_OR_DAY.search(bare) or ("m" in bare.lower() and not _TIME.search(bare)))
