"""A process in which 检查 is pressed on a workbook, DESK FILE, without any Excel: `python press_check.py DESK FILE`.

A stand-in hands over the file as Excel would have saved it, and takes the marks and the list. All else is what happens
when somebody presses the button. Prints how many problems were listed, and which packages were loaded for it.
"""

import sys
from contextlib import nullcontext
from pathlib import Path

from xltools import buttons

DESK, FILE = sys.argv[1:]
listed = []


class Book:
    name, path = "订单.xlsx", None

    def copy(self):
        return Path(FILE).read_bytes()

    def is_file(self, _path):
        return False

    def unmark(self, _name):
        pass

    def mark(self, _marks):
        return ()


class Excel:
    language = "zh"

    def find_target(self):
        return Book()

    def quietly(self):
        return nullcontext()

    def show_list(self, _name, rows, _titles):
        listed[:] = rows

    def show_progress(self, _words):
        pass

    def tell(self, words, *_, **__):
        raise SystemExit(words)


buttons.called_excel = Excel
code = buttons.main(["check", f"--desk={DESK}"])
sys.stdout.write(" ".join([str(len(listed)), *sorted({name.partition(".")[0] for name in sys.modules})]))
raise SystemExit(code)
