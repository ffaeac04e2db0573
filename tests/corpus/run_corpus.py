"""Reads whole folders of workbooks as the program does, in processes that may die: `make corpus [ARGS="FOLDER …"]`.

Prints a line a file; exit code 1 where one ended its process, raised, or took more than 30 seconds or a gigabyte.
`--write` puts the table without times into docs/corpus.md.
"""

import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from corpus_files import Finding, examine

from xltools.edge.workers import Failure, Limits, Workers

TOP = Path(__file__).parents[2]
CORPUS = TOP.parent / "shared" / "corpus"
DOCUMENT = TOP / "docs" / "corpus.md"
MOST_SECONDS, MOST_MEGABYTES = 30.0, 1_000

# Files meant to be readable that are not read, and why.
REASONS = {
    "OOM_alloc3.xls": "made by a fuzzer: its sector chain leads past the end of the file",
    "issue252.xlsx": "the zip says a wrong size for the workbook's relationships: what else is wrong can't be known",
    "issue_594_dos.ods": "made to exhaust memory: a few bytes say that 17 thousand million cells are filled",
    "pass_protected.ods": "takes a password",
    "pass_protected.xlsb": "takes a password",
    "pass_protected.xlsx": "takes a password",
    "too_small.xls": "a line of a mail program's log",
}
HEAD = """# The corpus

What comes of each file in `../shared/corpus`, written by `make corpus ARGS=--write`; `make corpus` prints the same with
seconds and megabytes, and `make corpus ARGS="FOLDER …"` for any other folders. The folders are not part of this
project. *Cells* are those that hold something, *errors* among them the error cells and formulas without a result.
"""


def list_files(folders: list[Path]) -> list[Path]:
    """All files in these folders and those below, in order."""
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def write_table(findings: Mapping[str, Finding]) -> str:
    """The document: a table a folder, and why files that should be readable are not."""
    groups: dict[str, list[str]] = {}
    for name, found in findings.items():
        folder, _, file = name.rpartition("/")
        counts = ("", "", "") if found.problem else (found.sheets, found.cells, found.errors or "")
        cells = (f"`{file}`", found.kind, *counts, f"`{found.problem}`" if found.problem else "", REASONS.get(file, ""))
        groups.setdefault(folder, []).append(f"| {' | '.join(map(str, cells))} |")
    read = sum(not found.problem for found in findings.values())
    parts = [HEAD, f"{read} of {len(findings)} files are read, the others give a problem; none does harm.\n"]
    for folder, lines in groups.items():
        parts.append(
            f"## {folder}\n\n| File | Is | Sheets | Cells | Errors | Problem | Why |\n|---|---|--:|--:|--:|---|---|"
        )
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def tell(name: str, found: Finding | Failure) -> str:
    """A line about a file."""
    if isinstance(found, Failure):
        return f"{name}: {found.ending} {found.reason}"
    what = found.problem or f"{found.sheets} sheets, {found.cells} cells, {found.errors} errors"
    return f"{name}: {found.kind}, {what}, {found.seconds:.2f} s, {found.megabytes:.0f} MB"


def is_harmful(found: Finding | Failure) -> bool:
    """True for what a file must never do."""
    return isinstance(found, Failure) or found.seconds > MOST_SECONDS or found.megabytes > MOST_MEGABYTES


def main(arguments: list[str]) -> int:
    """Read the folders; the exit code."""
    write = "--write" in arguments
    folders = [Path(one) for one in arguments if one != "--write"] or [CORPUS]
    if missing := [folder for folder in folders if not folder.is_dir()]:
        print(f"no such folder: {', '.join(map(str, missing))}", file=sys.stderr)
        return 2
    top = folders[0] if len(folders) == 1 else None
    start, harmful, outcomes, findings = time.perf_counter(), 0, Counter[str](), dict[str, Finding]()
    files = list_files(folders)
    with Workers(limits=Limits(seconds=MOST_SECONDS)) as workers:
        results = workers.map(examine, [(str(path),) for path in files])
        for path, found in zip(files, results, strict=True):
            name = (path.relative_to(top) if top else path).as_posix()
            print(("!! " if is_harmful(found) else "") + tell(name, found), flush=True)
            harmful += is_harmful(found)
            outcomes[found.ending if isinstance(found, Failure) else found.problem or "read"] += 1
            if isinstance(found, Finding):
                findings[name] = found
    print(f"\n{len(files)} files in {time.perf_counter() - start:.1f} s:")
    for outcome, number in outcomes.most_common():
        print(f"  {number:5} {outcome}")
    if write:
        DOCUMENT.write_text(write_table(findings), "utf-8", newline="\n")
    return int(harmful > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
