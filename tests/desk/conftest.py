"""A desk in a temporary folder, and workbooks to drop into it."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template

# LibreOffice, SheetJS, the validator and the lint are not packages: pytest's importlib mode adds no folder to the path.
for tests in ("office", "readers", "books"):
    if (beside := str(Path(__file__).parents[1] / tests)) not in sys.path:
        sys.path.append(beside)

AS_OF = dt.date(2026, 3, 10)
HEADER = {
    "customer": "宁波泰衡电子有限公司",
    "order_date": dt.date(2026, 3, 2),
    "currency": "人民币 CNY",
    "payment_terms": "30/70",
    "tax_rate": "13%",
    "tax_included": "是 Yes",
}
LINE = {
    "product_code": "P1",
    "product": "端盖",
    "specification": "Φ86",
    "quantity": 100,
    "unit": "件",
    "unit_price": "12.50",
    "requested_date": dt.date(2026, 3, 30),
}


NOBODY_REVIEWS = """\
routes:
  - {name: meeting, departments: []}
  - {name: production-alone, departments: []}
  - {name: circulation, departments: []}
"""


class DeskFolder:
    """A desk, and what the tests do to it."""

    def __init__(self, path: Path, language="en"):
        self.path = path
        if not path.exists():
            desk.create_desk(path, language)

    def approve_all(self):
        """From now on orders are approved as they come: what follows their approval is looked at alone."""
        (self.path / "rules" / "routes.yaml").write_text(NOBODY_REVIEWS, "utf-8")
        return self

    def copy(self, path):
        """The same desk in another place."""
        shutil.copytree(self.path, path)
        return DeskFolder(path)

    @property
    def opened(self):
        return desk.open_desk_at(self.path, "en")

    def drop(self, name, *lines, layout="order-intake-sheet", **header):
        """An intake workbook in the inbox; header fields beside the usual ones by keyword, blank for None."""
        rules = self.opened.rules
        values = {key: value for key, value in {**HEADER, **header}.items() if value is not None}
        grids = fill_template(rules.forms["order-intake"], rules.layouts[layout], values, lines or (LINE,))
        return self.drop_bytes(name, build_workbook(grids, AS_OF))

    def drop_bytes(self, name, content):
        path = self.path / self.opened.folders.inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def run(self, as_of=AS_OF, **options):
        return desk.run_desk_at(self.opened, as_of, desk.RunOptions(pause=lambda: None, **options))

    def orders(self):
        return self.opened.replay_ledger().orders

    def event_count(self):
        return self.opened.store.head().number

    def files(self):
        """Every file outside .desk/ with its bytes."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and path.relative_to(self.path).parts[0] != ".desk"
        }

    def codes(self, result):
        return [[problem.code for problem in document.problems] for document in result.documents]


@pytest.fixture
def folder(tmp_path):
    return DeskFolder(tmp_path / "订单台")


@pytest.fixture
def make_folder():
    return DeskFolder
