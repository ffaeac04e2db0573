"""Measurements in processes of their own: memory once taken is not given back, and a peak belongs to a process."""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def run_child(script: str, *arguments: object) -> Any:
    """What a script prints as JSON on its last line, run with these arguments.

    The process that calls must stay small: on Linux the peak of a new process begins at that of its parent.
    """
    command = [sys.executable, script, *map(str, arguments)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def held_megabytes() -> float:
    """The memory that this process holds now, what is no longer used given back; on Linux only."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


class Stopwatch:
    """Seconds of the parts of a task, in their order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Takes the time of what is done within."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Columns as wide as their longest text; all but the first are figures."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        figures = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        print("  ".join(("", first.ljust(widths[0]), *figures)).rstrip())


def verdict(figure: float, most: float) -> str:
    """Whether a figure is what it may be at most."""
    return "met" if figure <= most else "NOT MET"
