"""Prints how long 检查 takes on 2,000 order lines, from the start of its process to its end: part of `make bench`.

Excel's own share is left out (tests/excel/press_check.py). All else is what happens when somebody presses the button:
Python starts, xlwings and desk are loaded, rules and master data read, the workbook read and checked. Beside it Python
alone, and openpyxl loading the same sheet.
"""

import datetime as dt
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measuring import print_table, verdict

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template

LINES, ROUNDS, MOST_SECONDS = 2_000, 7, 1.0
TODAY = dt.date(2026, 3, 10)
PRESS = (str(Path(__file__).parents[1] / "excel" / "press_check.py"),)
OPENPYXL = ("-c", "import sys, openpyxl; openpyxl.load_workbook(sys.argv[2])")
NOTHING = ("-c", "pass")


def write_lists(folder: Path) -> tuple[Path, Path]:
    """A desk, and a list of order lines, quantities in fifties, of which one in a hundred has a fault."""
    opened = desk.create_desk(folder / "订单台", "zh")
    lines = [
        {
            "order_no": f"SO{number // 4}",
            "customer": "宁波泰衡电子有限公司",
            "order_date": dt.date(2026, 3, 2),
            "product": "端盖",
            "specification": "Φ86",
            "quantity": 50 * (1 + number % 40) if number % 100 else "许多",
            "unit": "件",
            "unit_price": "12.50",
            "requested_date": dt.date(2026, 3, 30),
        }
        for number in range(LINES)
    ]
    rules = opened.rules
    grids = fill_template(rules.forms["order-intake"], rules.layouts["order-intake-list"], {}, lines)
    path = folder / "订单.xlsx"
    path.write_bytes(build_workbook(grids, TODAY))
    return opened.path, path


def time_process(code: Sequence[str], *arguments: Path) -> float:
    """The seconds that a process takes, the least of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        command = [sys.executable, "-E", "-P", "-X", "utf8", *code, *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        given = write_lists(Path(folder))
        python, check, plain = (time_process(code, *given) for code in (NOTHING, PRESS, OPENPYXL))
    beyond = check - python
    print(f"The button 检查 on {LINES:,} lines, Excel's own share left out (seconds)")
    print_table(
        [
            ("Python starts and ends", f"{python:.2f}"),
            ("a check, beyond that", f"{beyond:.2f}"),
            ("openpyxl loads the same sheet, beyond that", f"{plain - python:.2f}"),
        ]
    )
    print(f"  at most {MOST_SECONDS:g} s beyond Python's start: {verdict(beyond, MOST_SECONDS)}\n")
