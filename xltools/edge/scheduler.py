"""The schedulers of Windows, systemd and cron, by their own programs: schtasks, systemctl and crontab."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60
_NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a program: its exit code and what it said."""

    code: int
    out: bytes = b""
    err: bytes = b""

    @property
    def words(self) -> str:
        """What it said last, for a person."""
        said = (self.err.strip() or self.out.strip()).decode("utf-8", "replace").splitlines()
        return said[-1] if said else f"exit code {self.code}"


# Starts a program with arguments and an input; OSError where there is none of that name.
Runner = Callable[[Sequence[str], bytes], Finished]


class SchedulerError(Exception):
    """The scheduler's program is not there, or refused."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{program}: {reason}")
        self.program, self.reason = program, reason


def run_program(command: Sequence[str], given: bytes = b"") -> Finished:
    """Start a program without a shell or a window, and wait for it; it speaks English where it can."""
    program = shutil.which(command[0])
    if program is None:
        raise FileNotFoundError(command[0])
    done = subprocess.run(  # noqa: S603 - a scheduler's own program and arguments of ours, no shell
        [program, *command[1:]], input=given, capture_output=True, timeout=_SECONDS, check=False,
        env={**os.environ, "LC_ALL": "C"}, creationflags=_NO_WINDOW if sys.platform == "win32" else 0,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


def find_scheduler(platform: str = sys.platform, booted: Path = Path("/run/systemd/system")) -> str:
    """Which scheduler this machine has: `windows`, `systemd` where it is what started the machine, else `cron`."""
    if platform == "win32":
        return "windows"
    return "systemd" if booted.is_dir() and shutil.which("systemctl") else "cron"


def units_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a user's own units lie."""
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def task_user(environment: Mapping[str, str] = os.environ) -> str:
    r"""Who is logged on, as Windows names them: `DOMAIN\name`; empty elsewhere."""
    name, domain = environment.get("USERNAME", ""), environment.get("USERDOMAIN", "")
    return f"{domain}\\{name}" if name and domain else ""


def install_task(name: str, task: bytes, run: Runner = run_program) -> None:
    """Register a task of Windows, over one of that name."""
    with tempfile.TemporaryDirectory(prefix="xltools-task-") as folder:
        path = Path(folder, "task.xml")
        path.write_bytes(task)
        _ask(run, "schtasks", "/Create", "/TN", name, "/XML", str(path), "/F")


def remove_task(name: str, run: Runner = run_program) -> bool:
    """Delete a task of Windows; False where there is none of that name."""
    if _start(run, "schtasks", "/Query", "/TN", name).code:
        return False
    _ask(run, "schtasks", "/Delete", "/TN", name, "/F")
    return True


def install_units(folder: Path, units: Mapping[str, bytes], timer: str, run: Runner = run_program) -> None:
    """Write a user's units and start their timer; where that is refused, what was there before is there again."""
    before = {name: _read(folder / name) for name in units}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_units(folder, units)
        _ask(run, "systemctl", "--user", "daemon-reload")
        _ask(run, "systemctl", "--user", "enable", "--now", timer)
        if before[timer] is not None:  # one that runs already keeps its old times until then
            _ask(run, "systemctl", "--user", "restart", timer)
    except (SchedulerError, OSError) as trouble:
        with suppress(OSError):
            _write_units(folder, before)
        _remove_empty(folder)
        raise trouble if isinstance(trouble, SchedulerError) else SchedulerError("systemctl", str(trouble)) from trouble


def remove_units(folder: Path, units: Sequence[str], timer: str, run: Runner = run_program) -> bool:
    """Stop a timer and take its units away, with what systemd kept of it; False where there are none."""
    there = [folder / name for name in units if (folder / name).exists()]
    if not there:
        return False
    _ask(run, "systemctl", "--user", "disable", "--now", timer)
    _start(run, "systemctl", "--user", "clean", "--what=state", timer)  # when it last ran; older systemds can't
    try:
        for path in there:
            path.unlink()
    except OSError as trouble:
        raise SchedulerError("systemctl", str(trouble)) from trouble
    _remove_empty(folder)
    _ask(run, "systemctl", "--user", "daemon-reload")
    return True


def read_crontab(run: Runner = run_program) -> bytes:
    """The user's crontab; empty where there is none."""
    done = _start(run, "crontab", "-l")
    if done.code == 0:
        return done.out
    if b"no crontab for" in done.err.lower() or b"no crontab for" in done.out.lower():
        return b""
    # Written over, one that could not be read would be lost.
    raise SchedulerError("crontab", done.words)


def write_crontab(content: bytes, run: Runner = run_program) -> None:
    """Replace the user's crontab; none is left where nothing stands in it."""
    if content.strip():
        _ask(run, "crontab", "-", given=content)
    else:
        _ask(run, "crontab", "-r")


def _ask(run: Runner, *command: str, given: bytes = b"") -> Finished:
    done = _start(run, *command, given=given)
    if done.code:
        raise SchedulerError(command[0], done.words)
    return done


def _start(run: Runner, *command: str, given: bytes = b"") -> Finished:
    try:
        return run(command, given)
    except FileNotFoundError as missing:
        raise SchedulerError(command[0], "") from missing
    except (OSError, subprocess.SubprocessError) as trouble:
        raise SchedulerError(command[0], str(trouble)) from trouble


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write_units(folder: Path, units: Mapping[str, bytes | None]) -> None:
    for name, content in units.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_bytes(content)


def _remove_empty(folder: Path) -> None:
    """The folders that hold nothing any more."""
    for left in (folder, folder.parent):
        with suppress(OSError):
            left.rmdir()
