"""Makes samples/ from the stories told here. Run by hand, from anywhere: python tests/samples/make_samples.py

Fills the workbooks in templates/ (--templates names another folder), so make those first (xltools templates build).
Run again it changes nothing. The expected results come from the pipeline: pytest tests/samples --regen.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

import lives_changed
import lives_shipped
import stories_april
import stories_march
import stories_march_late
import stories_may
from factory import COMPANY, MASTER
from fill import ROOT, data_sheet, fill_list, fill_sheet, list_rows, load_labels, open_template, save_workbook
from lifecycle import Life
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from story import AS_OF, Sample, day
from touches import TOUCHES

SAMPLES: tuple[Sample, ...] = (
    *stories_march.SAMPLES,
    *stories_march_late.SAMPLES,
    *stories_april.SAMPLES,
    *stories_may.SAMPLES,
)
LIVES: tuple[Life, ...] = (*lives_shipped.LIVES, *lives_changed.LIVES)
# What departments type on the last day into the rows that wait since the inbox was taken.
LAST_WORDS: list[dict[str, object]] = [
    {
        "file": f"review/{department}/review-list.xlsx",
        "find": {"任务号": f"{orders}-*", "姓名": ""},
        "cells": {
            "结论": "可接受",
            "姓名": name,
            "日期": "2026-05-20",
            **({"可交日期": date} if department == "production" else {}),
        },
    }
    for orders, date in (
        ("HD-2603-00?", "2026-05-22"),
        ("HD-2603-02?", "2026-05-29"),
        ("HD-2604-0??", "2026-06-12"),
        ("HD-2605-05?", "2026-06-26"),
    )
    for department, name in (
        ("business", "叶青"),
        ("engineering", "吴江"),
        ("production", "赵敏华"),
        ("quality", "钱丽"),
    )
]
TAKEN_ON = day(5, 18)  # the day on which the workbooks of samples/inbox lie there
_LIVES = re.compile(r"(<!-- stories -->\n).*(<!-- end of stories -->)", re.DOTALL)
_TABLE = re.compile(r"(<!-- table -->\n).*(<!-- end of table -->)", re.DOTALL)


def make_inbox(templates: Path) -> dict[str, bytes]:
    """All intake workbooks: path under samples/inbox to bytes, in the order they are received."""
    made: dict[str, bytes] = {}
    by_name: dict[str, bytes] = {}
    for sample in SAMPLES:
        by_name[sample.name] = made[sample.path] = _make_workbook(sample, templates, by_name)
    return made


def make_master(templates: Path) -> dict[str, bytes]:
    """The master data workbooks: file name to bytes."""
    made: dict[str, bytes] = {}
    for form, rows in MASTER.items():
        book = open_template(templates, form)
        fill_list(data_sheet(book), load_labels(form), rows)
        made[f"{form}.xlsx"] = save_workbook(book, day(3, 1), "李雯")
    return made


def make_stories(templates: Path) -> dict[str, bytes]:
    """The workbooks of all lives: path under samples/ to bytes."""
    return {path: filled.make(templates, day.day) for life in LIVES for path, day, filled in life.files()}


def write_stories() -> str:
    """samples/stories.json: what `xltools demo` does on which day."""
    told = [
        {
            "name": life.name,
            "title": life.title,
            "orders": list(life.orders),
            "days": [
                {
                    "day": one.day.isoformat(),
                    "told": one.told,
                    "dropped": [
                        [path, f"{filled.goal}/{Path(path).name}"] for path, of, filled in life.files() if of is one
                    ],
                    "typed": [
                        {"file": row.file, "find": dict(row.find), "cells": dict(row.cells)} for row in one.typed
                    ],
                }
                for one in life.days
            ],
        }
        for life in LIVES
    ]
    inbox = [[f"inbox/{sample.path}", f"inbox/{sample.path}"] for sample in SAMPLES]
    rest = {"day": TAKEN_ON.isoformat(), "told": "All that came in since March.", "dropped": inbox, "typed": []}
    last = {"day": AS_OF.isoformat(), "told": "Departments sign what they can.", "dropped": [], "typed": LAST_WORDS}
    told.append({"name": "inbox", "title": "Three months of orders, good and bad.", "orders": [], "days": [rest, last]})
    return json.dumps({"stories": told}, ensure_ascii=False, indent=1) + "\n"


def write_readme_table(text: str) -> str:
    """The README with its table as the stories have it."""
    rows = ["| file | what it is for | expected |", "|---|---|---|"]
    for sample in SAMPLES:
        outcome = sample.outcome + (f": {', '.join(f'`{code}`' for code in sample.codes)}" if sample.codes else "")
        rows.append(f"| `{sample.path}` | {sample.purpose.replace('|', chr(92) + '|')} | {outcome} |")
    lives = ["| story | what happens | workbooks |", "|---|---|---|"]
    lives += [f"| `{life.name}` | {life.title} | {len(list(life.files()))} |" for life in LIVES]
    for pattern, lines in ((_TABLE, rows), (_LIVES, lives)):
        table = "\n".join(lines) + "\n"
        text = pattern.sub(lambda found, table=table: found[1] + table + found[2], text)
    return text


def write_samples(templates: Path, goal: Path) -> None:
    """Writes the whole folder but for expected/, which the test writes."""
    shutil.rmtree(goal / "stories", ignore_errors=True)
    for folder, files in (
        ("inbox", make_inbox(templates)),
        ("master", make_master(templates)),
        ("", make_stories(templates)),
    ):
        if folder:
            shutil.rmtree(goal / folder, ignore_errors=True)
        for name, content in files.items():
            file = goal / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    (goal / "desk.yaml").write_text(COMPANY, encoding="utf-8", newline="\n")
    (goal / "stories.json").write_text(write_stories(), encoding="utf-8", newline="\n")
    readme = goal / "README.md"
    readme.write_text(write_readme_table(readme.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _make_workbook(sample: Sample, templates: Path, made: dict[str, bytes]) -> bytes:
    match sample.layout:
        case "copy":
            return made[sample.copy_of]
        case "text":
            return "这不是工作簿。\nThis is no workbook.\n".encode()
        case "plain":
            book = Workbook()
            for row in sample.rows:
                book.worksheets[0].append(row)
        case "list":
            book = open_template(templates, "order-intake-list")
            fill_list(data_sheet(book), load_labels("order-intake"), list_rows(sample.orders))
        case "sheet":
            book = open_template(templates, "order-intake")
            labels = load_labels("order-intake")
            for told, sheet in zip(sample.orders, _order_sheets(book, len(sample.orders)), strict=True):
                fill_sheet(sheet, labels, told)
    for touch in sample.touches:
        TOUCHES[touch](book, load_labels("order-intake"))
    return save_workbook(book, sample.saved, sample.by)


def _order_sheets(book: Workbook, count: int) -> list[Worksheet]:
    """The order sheet, and as many copies of it as there are further orders."""
    first = data_sheet(book)
    copies = [book.copy_worksheet(first) for _ in range(count - 1)]
    for number, copy in enumerate(copies, start=2):
        copy.title = f"{first.title} ({number})"[-31:]
    return [first, *copies]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Makes samples/ from its stories.")
    parser.add_argument("--templates", type=Path, default=ROOT / "templates")
    parser.add_argument("--into", type=Path, default=ROOT / "samples")
    given = parser.parse_args()
    write_samples(given.templates, given.into)
    print(f"{len(SAMPLES)} workbooks in {given.into / 'inbox'}")  # noqa: T201


if __name__ == "__main__":
    main()
