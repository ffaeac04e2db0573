"""Files that do what the buttons do, for WPS, LibreOffice and machines without macros: .bat and .desktop, as texts.

A workbook is dropped on `check` and `submit`; the others ask for what they need in their window, which stays open until
a key is pressed. Whatever stands in a path must stay a path: see `_set` and `_quote` for the two sets of rules.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xltools.core.text import Language
from xltools.forms.messages import Say

# What each does: the words of the command line behind `xltools`. {desk} is the desk's folder.
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "--desk", "{desk}"),
    "submit": ("submit", "--desk", "{desk}"),
    "status": ("status", "{desk}"),
    "refresh": ("run", "{desk}"),
    "contract": ("paper", "{desk}", "contract", "--open"),
    "delivery-note": ("paper", "{desk}", "delivery-note", "--open"),
}
LAUNCHERS = tuple(_COMMANDS)
_TAKING_FILES = ("check", "submit")
# -E, -P: neither variables meant for another Python nor a file beside the dropped one may take part.
_FLAGS = ("-E", "-P", "-X", "utf8", "-m", "xltools.cli")

_BATCH_MARK, _ENTRY_MARK = "rem xltools-buttons ", "X-Xltools-Buttons="
_SEAL = re.compile(r"^(?:rem xltools-buttons |X-Xltools-Buttons=)\S+ ([0-9a-f]{64})\r?\n", re.MULTILINE)
_RESERVED = re.compile(r"[\"`$\\]")  # in a quoted argument of Exec


@dataclass(frozen=True)
class LauncherPlan:
    """What launchers are made for: the desk's folder and the interpreter on this machine, and the desk's language."""

    desk: str
    interpreter: str
    version: str
    language: Language


def batch_files(plan: LauncherPlan, say: Say) -> dict[str, bytes]:
    """The .bat files by name, for Windows; `say` speaks the desk's language."""
    return {f"{say(f'ui-button-{verb}')}.bat": _write_batch(verb, plan, say) for verb in LAUNCHERS}


def desktop_entries(plan: LauncherPlan, says: Mapping[Language, Say]) -> dict[str, bytes]:
    """The .desktop files by name, for Linux (Desktop Entry Specification 1.4)."""
    say = says[plan.language]
    return {f"{say(f'ui-button-{verb}')}.desktop": _write_entry(verb, plan, says) for verb in LAUNCHERS}


def is_as_made(content: bytes) -> bool:
    """True for a launcher of ours, whichever version made it, that nobody has changed."""
    text = content.decode("utf-8", "replace")
    seal = _SEAL.search(text)
    return seal is not None and _hash(text.replace(seal[0], "", 1)) == seal[1]


def _seal(text: str, before: str, mark: str, version: str, end: str) -> bytes:
    """The text with a line in front of `before` that tells later whether anybody changed it."""
    return text.replace(before, f"{mark}{version} {_hash(text)}{end}{before}", 1).encode()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write_batch(verb: str, plan: LauncherPlan, say: Say) -> bytes:
    """A .bat file. From `chcp` on it is UTF-8; no labels stand in it, which cmd looks for at the wrong bytes then."""
    words = [word if word != "{desk}" else '"!DESK!"' for word in _COMMANDS[verb]]
    takes_files = verb in _TAKING_FILES
    command = " ".join([*words, *(["--dropped"] if takes_files else [])])
    lines = [
        "@echo off",
        "setlocal DisableDelayedExpansion",
        "chcp 65001 >nul",
        _set("DESK", _closed(plan.desk)),
        # The desk may have another drive letter here, or be a \\server\share. With \. at its end no backslash stands
        # before a quote, not even at the root of a drive.
        'if exist "%~dp0..\\desk.yaml" for %%I in ("%~dp0..") do set "DESK=%%~fI\\."',
        _set("PYTHON", re.sub(r"(?i)(?<=\\)pythonw\.exe$", "python.exe", plan.interpreter)),
        'set "PYTHONUTF8=1"',
        f'set "XLTOOLS_LANG={plan.language}"',
    ]
    if takes_files:
        # Without quotes around all: each dropped path has its own, or none.
        lines += ["set XLTOOLS_ARGUMENTS=%*", 'set "XLTOOLS_LAUNCHER=%~f0"']
    # From here on values are put in after cmd has taken the line to pieces: nothing in a path can become a command.
    lines.append("setlocal EnableDelayedExpansion")
    if takes_files:
        # Explorer puts no quotes around R&D.xlsx, and cmd cuts it at the &: only the whole line tells what was dropped.
        lines.append('set "XLTOOLS_COMMAND_LINE=!CMDCMDLINE!"')
    lines += [
        'if exist "!PYTHON!" (',
        f'  "!PYTHON!" {" ".join(_FLAGS)} {command}',
        ") else (",
        "  where xltools >nul 2>nul",
        "  if errorlevel 1 (",
        f"    echo {say('ui-launcher-no-python')}",
        '    echo "!PYTHON!"',
        "  ) else (",
        f"    xltools {command}",
        "  )",
        ")",
        "pause",
    ]
    if takes_files:
        # What cmd cut off behind an & would be run as a command now; a window that somebody typed in stays open.
        lines.append('if not "!CMDCMDLINE:/c=!"=="!CMDCMDLINE!" exit')
    text = "".join(f"{line}\r\n" for line in lines)
    return _seal(text, 'set "DESK=', _BATCH_MARK, plan.version, "\r\n")


def _set(name: str, value: str) -> str:
    """A variable's value, to the letter: in quotes & | < > ^ ( ) are plain, a percent sign is written twice."""
    return f'set "{name}={value.replace("%", "%%")}"'


def _closed(folder: str) -> str:
    r"""A folder that ends with a backslash (`D:\`) would escape the quote behind it."""
    return f"{folder}." if folder.endswith("\\") else folder


def _write_entry(verb: str, plan: LauncherPlan, says: Mapping[Language, Say]) -> bytes:
    command = [word if word != "{desk}" else plan.desk for word in _COMMANDS[verb]]
    say = says[plan.language]
    # What is run is the shell's own arguments: nothing in a path is read as shell text.
    script = f'XLTOOLS_LANG={plan.language} "$@"; printf \'\\n%s \' "$0"; read -r _'
    arguments = ("sh", "-c", script, say("ui-launcher-close"), plan.interpreter, *_FLAGS, *command)
    files = " -- %F" if verb in _TAKING_FILES else ""
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.4",
        f"Name={says['en'](f'ui-button-{verb}')}",
        f"Name[zh_CN]={says['zh'](f'ui-button-{verb}')}",
        f"Comment={says['en'](f'ui-launcher-{verb}-comment')}",
        f"Comment[zh_CN]={says['zh'](f'ui-launcher-{verb}-comment')}",
        f"Exec={' '.join(_quote(one) for one in arguments)}{files}",
        "Terminal=true",
        "Categories=Office;",
    )
    text = "".join(f"{line}\n" for line in lines)
    return _seal(text, "Terminal=true\n", _ENTRY_MARK, plan.version, "\n")


def _quote(argument: str) -> str:
    """An argument of Exec: in quotes, percent signs doubled; then every backslash again, for a value of type string."""
    if re.fullmatch(r"[A-Za-z0-9_./=-]+", argument):
        return argument
    quoted = f'"{_RESERVED.sub(lambda mark: chr(92) + mark[0], argument)}"'
    return quoted.replace("%", "%%").replace("\\", "\\\\").replace("\n", "\\n")
