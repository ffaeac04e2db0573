"""Pipe tables read as the desk reads them, by the package's rules or by some laid over them."""

import functools
from collections.abc import Mapping

from builders import RECEIVED, no_tables, workbook

from xltools.core.record import Record, Table
from xltools.desk import package_rules
from xltools.desk.session import package_layer
from xltools.forms.load import load_rules
from xltools.forms.rules import Rules
from xltools.intake.document import Reading, read_document, read_table


@functools.cache
def rules() -> Rules:
    """The package's own rules."""
    return package_rules()


def rules_with(**texts: str) -> Rules:
    """The package's rules with a desk's over them: `forms__order_intake="…"` is rules/forms/order-intake.yaml."""
    overlay = {f"{name.replace('__', '/').replace('_', '-')}.yaml": text for name, text in texts.items()}
    loaded, problems = load_rules([package_layer(), overlay])
    assert loaded, problems
    return loaded


def table(form: str, text: str) -> Table:
    """Master data from a pipe table."""
    read, problems = read_table(workbook(text, f"master/{form}.xlsx"), rules(), form, RECEIVED)
    assert problems == ()
    return read


def orders(text: str) -> Table:
    """Orders taken before, as a repeat order finds them."""
    reading = read(text)
    assert reading.document
    return Table("orders", reading.document.records)


def read(
    text: str,
    tables: Mapping[str, Table] | None = None,
    by: Rules | None = None,
    folder: str = "",
    form: str | None = None,
) -> Reading:
    """What a workbook that comes in on 2026-03-02 says."""
    return read_document(workbook(text), by or rules(), {**no_tables(), **(tables or {})}, RECEIVED, folder, form)


def one(reading: Reading) -> Record:
    """The only record of a reading, taken or not."""
    assert reading.document, reading.problems
    (record,) = (*reading.document.records, *reading.document.rejected)
    return record


def taken(reading: Reading) -> list[str]:
    """The numbers of the orders that were taken."""
    assert reading.document, reading.problems
    return [record.text("order_no") for record in reading.document.records]


def told(reading: Reading) -> list[tuple[str, str]]:
    """Each problem's code and cell."""
    return [(problem.code, problem.place.cell) for problem in reading.problems]
