"""The files that were dropped on a .bat file, as they were called."""

from collections.abc import Mapping
from pathlib import PureWindowsPath

# What the .bat files of the buttons leave in the environment (reports/launchers.py).
_COMMAND_LINE, _LAUNCHER, _ARGUMENTS = "XLTOOLS_COMMAND_LINE", "XLTOOLS_LAUNCHER", "XLTOOLS_ARGUMENTS"


def find_dropped(environment: Mapping[str, str]) -> tuple[str, ...]:
    r"""The paths that Explorer gave to a .bat file.

    It quotes those with blanks alone: of `R&D\a.xlsx` cmd makes two commands, and only the line by which cmd itself was
    started, `cmd.exe /c ""D:\check.bat" R&D\a.xlsx "C:\b c.xlsx""`, has the path whole. Where the .bat file was started
    otherwise its own arguments count.
    """
    _, found, line = environment.get(_COMMAND_LINE, "").partition("/c")
    if not found:
        _, found, line = environment.get(_COMMAND_LINE, "").partition("/C")
    line = line.strip()
    if found and line.startswith('"') and line.endswith('"') and len(line) > 1:
        launcher, *files = [*_split(line[1:-1]), ""]
        if launcher and PureWindowsPath(launcher) == PureWindowsPath(environment.get(_LAUNCHER, "")):
            return tuple(filter(None, files))
    return tuple(filter(None, _split(environment.get(_ARGUMENTS, ""))))


def _split(line: str) -> list[str]:
    """The words of a line: blanks part them, but for those in quotes. A path holds no quote."""
    words, is_quoted = [""], False
    for letter in line:
        if letter == '"':
            is_quoted = not is_quoted
        elif letter in " \t" and not is_quoted:
            words.append("")
        else:
            words[-1] += letter
    return words
