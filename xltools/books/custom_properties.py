"""Writing custom document properties into a workbook that people own."""

from collections.abc import Mapping
from itertools import count

from xltools.books.outline import (
    STRICT,
    TRANSITIONAL,
    Edit,
    append_inside,
    declared_prefix,
    escape_text,
    outline,
    prefix_of,
    relation_space,
    splice,
)
from xltools.books.package import ROOT, Package

_PART = "docProps/custom.xml"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # that of properties people name ([MS-OLEPS] 2.21)
_FIRST_ID = 2  # 0 and 1 are taken by the property set itself
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def set_custom_properties(package: Package, properties: Mapping[str, str]) -> None:
    """Set custom document properties as text; those of other names, and those that hold the value already, stay.

    Names are compared without case, as Excel does. PackageError where the part is not as the standard has it
    (ECMA-376 Part 1, 22.3).
    """
    if not properties:
        return
    strict = relation_space(package) == STRICT
    kind = _kind(strict)
    part = next((one.target for one in package.relations(ROOT) if one.kind == kind), "")
    if not part or part not in package:
        part = _add_part(package, strict)
    content = package.read(part)
    changed = _with_properties(content, properties, strict)
    if changed != content:
        package.write(part, changed)


def _with_properties(content: bytes, properties: Mapping[str, str], strict: bool) -> bytes:
    root = outline(content)
    tag = content[root.start : root.inner]
    prefix = prefix_of(tag).decode()
    values = _values_space(strict)
    declared = declared_prefix(tag, values).decode()
    known = {one.attribute("name").casefold(): one for one in root.all("property")}
    taken = {one.attribute("pid") for one in root.all("property")}
    ids = (str(number) for number in count(_FIRST_ID) if str(number) not in taken)
    edits, added = list[Edit](), ""
    for name, value in properties.items():
        before = known.get(name.casefold())
        if before and [(one.name, one.text) for one in before.children] == [("lpwstr", value)]:
            continue
        id_ = before.attribute("pid") if before else next(ids)
        typed = f"<{declared}lpwstr>" if declared else f'<vt:lpwstr xmlns:vt="{values}">'
        attributes = f'fmtid="{_FORMAT}" pid="{id_}" name="{escape_text(name, quoted=True)}"'
        text = f"{typed}{escape_text(value)}</{declared or 'vt:'}lpwstr>"
        written = f"<{prefix}property {attributes}>{text}</{prefix}property>"
        if before:
            edits.append(Edit(before.start, before.end, written.encode()))
        else:
            added += written
    if added:
        edits += append_inside(content, root, added.encode())
    return splice(content, edits)


def _add_part(package: Package, strict: bool) -> str:
    part = _PART if _PART not in package else package.new_name("docProps/custom{}.xml")
    space = _values_space(strict).replace("docPropsVTypes", _kind(strict))
    root = f'<Properties xmlns="{space}" xmlns:vt="{_values_space(strict)}"></Properties>'
    package.write(part, (_DECLARATION + root).encode())
    package.set_content_type(part, _CONTENT_TYPE)
    package.relate(ROOT, f"{STRICT if strict else TRANSITIONAL}/{_kind(strict)}", part)
    return part


def _kind(strict: bool) -> str:
    return "customProperties" if strict else "custom-properties"


def _values_space(strict: bool) -> str:
    if strict:
        return "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"
    return "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
