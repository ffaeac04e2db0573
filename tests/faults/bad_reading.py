"""Readers that a workbook of the inbox is too much for; in a module of their own, which a worker process can load."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from xltools.books.read import read_workbook
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook

Read = Workbook | Problem


def die(path: Path, file: str, content: bytes) -> Read:
    return _read(lambda: os._exit(3), path, file, content)


def hang(path: Path, file: str, content: bytes) -> Read:
    return _read(lambda: time.sleep(60), path, file, content)


def swell(path: Path, file: str, content: bytes) -> Read:
    return _read(lambda: bytearray(2**40), path, file, content)


def _read(harm: Callable[[], object], path: Path, file: str, content: bytes) -> Read:
    if file.startswith("inbox/"):
        harm()
    return read_workbook(path, file, content)


READINGS: Mapping[str, Callable[[Path, str, bytes], Read]] = {"dies": die, "hangs": hang, "swells": swell}
