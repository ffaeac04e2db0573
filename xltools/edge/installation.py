"""What the buttons need of a machine, as it is found there; nothing is judged here."""

import ctypes
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from xltools.edge.windows_registry import RegistryValue, read_registry

_DRIVE_REMOTE = 4  # GetDriveTypeW
_NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW
_SECONDS = 60  # a first start reads every library from a slow disk, past a virus scanner
# Writes to a file, since pythonw has no output. Not the folder it is started in is to be imported from.
_PROBE = """\
import importlib, json, sys
target, names = sys.argv[1], sys.argv[2:]
sys.path[:] = [path for path in sys.path if path]
missing = []
for name in names:
    try:
        importlib.import_module(name)
    except Exception as trouble:
        missing.append("%s: %s" % (name, trouble))
package = getattr(sys.modules.get("xltools"), "__version__", "")
with open(target, "w") as file:
    json.dump({"version": list(sys.version_info[:2]), "package": package, "missing": missing}, file)
"""


@dataclass(frozen=True)
class InterpreterFacts:
    """What an interpreter says of itself: its version, that of the package, what it can't import, why it didn't run."""

    path: str
    is_there: bool
    version: tuple[int, ...] = ()
    package: str = ""
    missing: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class MachineFacts:
    r"""What is found on a machine.

    `registry` maps paths such as `HKCU\Software\…\VBAWarnings` to values. `zone` is the number of the zone that the
    workbook was downloaded from, None where it has no such mark. `addin` is xlwings' own add-in where another version
    of it starts with Excel, else empty; `substitute` the Python that the macros take where theirs is not there.
    """

    platform: str = sys.platform
    registry: Mapping[str, RegistryValue] = field(default_factory=dict)
    zone: int | None = None
    is_network: bool = False
    addin: str = ""
    substitute: str = ""


def gather_facts(
    workbook: Path,
    platform: str = sys.platform,
    registry: Callable[[], Mapping[str, RegistryValue]] = read_registry,
    environment: Mapping[str, str] = os.environ,
) -> MachineFacts:
    """The facts about this machine and the place where the workbook lies."""
    substitute = environment.get("XLTOOLS_PYTHON", "")
    if platform != "win32":
        return MachineFacts(platform, substitute=substitute)
    return MachineFacts(
        platform, registry(), read_zone(workbook), is_network_path(workbook), _find_addin(environment), substitute
    )


def probe_interpreter(path: str, modules: Sequence[str], seconds: float = _SECONDS) -> InterpreterFacts:
    """What an interpreter says of itself when it is started as the buttons start it, and asked for these modules."""
    if not Path(path).is_file():
        return InterpreterFacts(path, is_there=False)
    with tempfile.TemporaryDirectory(prefix="xltools-probe-", ignore_cleanup_errors=True) as folder:
        target = Path(folder, "said.json")
        command = [path, "-E", "-X", "utf8", "-c", _PROBE, str(target), *modules]
        flags = _NO_WINDOW if sys.platform == "win32" else 0
        try:
            run = subprocess.run(  # noqa: S603 - the interpreter that the buttons would start, no shell
                command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False,
                cwd=folder, creationflags=flags,
            )  # fmt: skip
            if not target.is_file():
                words = run.stderr.decode(errors="replace").strip() or f"exit code {run.returncode}"
                return InterpreterFacts(path, is_there=True, trouble=words.splitlines()[-1])
            said = json.loads(target.read_text("utf-8"))
        except subprocess.TimeoutExpired:
            return InterpreterFacts(path, is_there=True, trouble=f"{seconds:g} s")
        except (OSError, ValueError) as trouble:
            return InterpreterFacts(path, is_there=True, trouble=str(trouble))
    return InterpreterFacts(path, True, tuple(said["version"]), str(said["package"]), tuple(said["missing"]))


def find_trouble_writing(folder: Path) -> str:
    """What keeps from writing into a folder, empty where nothing does; runs pass over what is tried there."""
    try:
        with tempfile.NamedTemporaryFile(prefix=".~", suffix=".tmp", dir=folder):
            return ""
    except OSError as trouble:
        return trouble.strerror or type(trouble).__name__


def read_zone(path: Path) -> int | None:
    """The zone that Windows noted beside a downloaded file ([MS-FSCC] 5.6.1); 3 is the internet."""
    with suppress(OSError, ValueError):
        mark = Path(f"{path}:Zone.Identifier").read_text("utf-8", errors="replace")
        zone = re.search(r"^ZoneId=(\d+)", mark, re.MULTILINE)
        return int(zone[1]) if zone else None
    return None


def is_network_path(path: Path) -> bool:
    r"""True for `\\server\share`, and for a drive letter that stands for one."""
    if PureWindowsPath(str(path)).drive.startswith("\\\\"):
        return True
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{path.drive}\\") == _DRIVE_REMOTE)
    return False


def _find_addin(environment: Mapping[str, str]) -> str:
    """The add-in of xlwings that starts with Excel, where it is not that of the xlwings which is installed here."""
    started = Path(environment.get("APPDATA", ""), "Microsoft", "Excel", "XLSTART", "xlwings.xlam")
    spec = importlib.util.find_spec("xlwings")  # which imports nothing
    if spec is None or spec.origin is None:
        return ""
    with suppress(OSError):
        ours = Path(spec.origin).with_name("addin") / "xlwings.xlam"
        return str(started) if started.read_bytes() != ours.read_bytes() else ""
    return ""
