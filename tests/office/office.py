"""LibreOffice as a second hand on a workbook: one hidden soffice a session does what tests ask of it (see hand.py)."""

import functools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from xltools.edge.pdf import find_soffice

HAND = Path(__file__).with_name("hand.py")
_EDIT_SECONDS = 120
# Debian puts uno beside its own Python; other packages of LibreOffice bring a Python along.
_PYTHONS = ("/usr/bin/python3", "python3")

Command = Mapping[str, Any]


class Office:
    """A soffice with a profile of its own, started at the first edit."""

    def __init__(self, soffice: Path, python: str) -> None:
        self._soffice, self._python = soffice, python
        self._folder = Path(tempfile.mkdtemp(prefix="xltools-office-"))
        self._pipe = self._folder.name
        self._process: subprocess.Popen[bytes] | None = None

    def edit(self, path: Path, commands: Sequence[Command], save: Path | None = None, *, macros: bool = False) -> None:
        """Open the workbook, carry out the commands of hand.py, and save it, as `save` where another file is meant.

        Its macros run only with `macros`.

        RuntimeError, with LibreOffice's words, for what it can't open, do or save.
        """
        task = self._folder / "task.json"
        target = (save or path).resolve()
        # LibreOffice locks what it opens, and other tests may open the same template: it gets a copy of its own.
        own = self._folder / "opened" / path.name
        own.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, own)
        words = {"open": str(own), "save": str(target), "macros": macros, "commands": [dict(one) for one in commands]}
        task.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        done = self._carry_out(task)
        if done.returncode < 0:  # killed by a signal, inside uno: with an office of its own the hand may try again
            self._end()
            done = self._carry_out(task)
        if done.returncode:
            raise RuntimeError(done.stderr.strip() or f"hand.py ended with {done.returncode}")

    def stop(self) -> None:
        """End the soffice and remove its profile."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _carry_out(self, task: Path) -> subprocess.CompletedProcess[str]:
        self._start()
        return subprocess.run(
            [self._python, "-X", "faulthandler", str(HAND), self._pipe, str(task)],
            capture_output=True,
            encoding="utf-8",
            env=_plain_environment(),
            timeout=_EDIT_SECONDS,
            check=False,
        )

    def _end(self) -> None:
        if self._process is not None:
            # soffice is a script that starts a program that starts another: only their group names them all.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        if self._process is not None:
            return
        flags = ("--headless", "--norestore", "--nologo", "--nodefault", f"--accept=pipe,name={self._pipe};urp;")
        self._process = subprocess.Popen(
            [str(self._soffice), f"-env:UserInstallation={(self._folder / 'profile').as_uri()}", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_plain_environment(),
        )


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """LibreOffice, once a session; skips where it, or its Python module, is not installed."""
    reason = _missing_office()
    if reason:
        pytest.skip(reason)
    started = _one_office()
    yield started
    started.stop()
    _one_office.cache_clear()


@functools.cache
def _one_office() -> Office:
    """The one of this process: modules that import the fixture each have their own copy of it."""
    soffice, python = find_soffice(), _find_python()
    assert soffice is not None
    assert python is not None
    return Office(soffice, python)


def _missing_office() -> str:
    if os.name == "nt":
        return "stops LibreOffice by its process group, which Windows has not"
    if find_soffice() is None:
        return "needs LibreOffice (soffice), which is not installed"
    return "" if _find_python() else "needs a Python with LibreOffice's uno module (Debian: python3-uno)"


@functools.cache
def _find_python() -> str | None:
    for python in filter(None, map(shutil.which, _PYTHONS)):
        tried = subprocess.run([python, "-c", "import uno"], capture_output=True, env=_plain_environment(), check=False)
        if not tried.returncode:
            return python
    return None


def _plain_environment() -> dict[str, str]:
    """The environment without what would send another Python to the tests' own libraries."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
