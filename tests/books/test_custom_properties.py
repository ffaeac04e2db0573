"""Custom document properties that are set in workbooks of others."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marking import members, order_book, with_members
from xlsx_lint import lint_workbook, new_findings

from xltools.books.custom_properties import set_custom_properties
from xltools.books.package import Package, PackageError
from xltools.books.properties import read_custom_properties

ORDERS = order_book()
PART = "docProps/custom.xml"
SPACE = "http://schemas.openxmlformats.org/officeDocument/2006"
THEIRS = (
    f'<p:Properties xmlns:p="{SPACE}/custom-properties" xmlns:t="{SPACE}/docPropsVTypes">'
    '<p:property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer">'
    "<t:lpwstr>2052-12.1</t:lpwstr></p:property>"
    '<p:property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="4" name="Xltools-Return">'
    "<t:i4>7</t:i4></p:property></p:Properties>"
).encode()


def set_properties(content: bytes, properties: dict[str, str]) -> bytes:
    package = Package(content)
    set_custom_properties(package, properties)
    return package.save()


def read_properties(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return dict(read_custom_properties(archive))


def with_theirs() -> bytes:
    package = Package(ORDERS)
    package.write(PART, THEIRS)
    package.set_content_type(PART, "application/vnd.openxmlformats-officedocument.custom-properties+xml")
    package.relate("", f"{SPACE}/relationships/custom-properties", PART)
    return package.save()


@given(
    st.dictionaries(st.text("甲 <&\"'a\n", min_size=1, max_size=8), st.text("值 <&\"'b\n\x07", max_size=20), max_size=4)
)
def test_what_is_set_can_be_read_and_setting_it_again_changes_nothing(properties: dict[str, str]) -> None:
    done = set_properties(ORDERS, properties)
    assert read_properties(done) == {name: value.replace("\x07", " ") for name, value in properties.items()}
    assert set_properties(done, properties) == done or "\x07" in "".join(properties.values())
    assert new_findings(lint_workbook(ORDERS), lint_workbook(done)) == []


def test_no_properties_change_nothing() -> None:
    assert members(set_properties(ORDERS, {})) == members(ORDERS)


def test_properties_of_others_stay_and_one_of_the_same_name_in_other_case_is_replaced() -> None:
    done = set_properties(with_theirs(), {"xltools-return": "R-1", "xltools-as-of": "2026-03-02"})
    assert read_properties(done) == {
        "KSOProductBuildVer": "2052-12.1",
        "xltools-return": "R-1",
        "xltools-as-of": "2026-03-02",
    }
    part = members(done)[PART]
    assert part.startswith(THEIRS[:300])
    assert (part.count(b'pid="4"'), part.count(b'pid="3"')) == (1, 1)


def test_a_part_that_is_no_xml_is_refused() -> None:
    with pytest.raises(PackageError):
        set_properties(with_members(with_theirs(), {PART: b"<p:Properties"}), {"a": "b"})
