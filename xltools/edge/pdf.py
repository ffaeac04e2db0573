"""PDFs of workbooks and Word papers, made by LibreOffice."""

import datetime as dt
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, error

_NAMES = ("soffice", "libreoffice")
# Where the installers put it without touching the PATH.
_USUAL = (
    Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    Path("C:/Program Files/LibreOffice/program/soffice.exe"),
    Path("C:/Program Files (x86)/LibreOffice/program/soffice.exe"),
)

# No macro runs, whoever signed it, nothing is fetched that a document only links to, and no external program starts.
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_LOCKED = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),  # never
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),  # never: the two count otherwise
)
_DATE = re.compile(rb"(/(?:CreationDate|ModDate)\(D:)\d{14}")
# /ID and /DocChecksum
_HASH = re.compile(rb"(?<=[</])[0-9A-F]{32}(?=[>\s])")


def find_soffice() -> Path | None:
    """The LibreOffice program, None where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else next((path for path in _USUAL if path.is_file()), None)


def convert_to_pdf(
    files: Sequence[Path], into: Path, as_of: dt.date, soffice: Path | None = None, timeout: float = 120
) -> tuple[Path, ...] | Problem:
    """One PDF for each file, of the same name, in the folder `into`; all in one start of LibreOffice.

    `timeout` is in seconds, for all files. The problems are `pdf-program-missing`, and `pdf-failed` naming the first
    file without a PDF; PDFs of the other files then stay in `into`.
    """
    if not files:
        return ()
    program = soffice or find_soffice()
    if program is None:
        return error("pdf-program-missing", Place(files[0].name))
    wanted = tuple(into / f"{file.stem}.pdf" for file in files)
    into.mkdir(parents=True, exist_ok=True)
    # A profile of its own: with the person's, an open LibreOffice window would swallow the call and make nothing.
    with tempfile.TemporaryDirectory(prefix="xltools-pdf-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder, "profile").as_uri()
        made = Path(folder, "made")
        settings = Path(folder, "profile", "user", "registrymodifications.xcu")
        settings.parent.mkdir(parents=True)
        settings.write_text(_profile_text(), "utf-8")
        flags = (f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf", "--outdir")
        try:
            run = _run_program([str(program), *flags, str(made), *(str(file.resolve()) for file in files)], timeout)
        except subprocess.TimeoutExpired:
            return error("pdf-failed", Place(files[0].name), cause=f"{timeout:g} s")
        except OSError as cause:
            return error("pdf-failed", Place(files[0].name), cause=cause)
        for file, target in zip(files, wanted, strict=True):
            pdf = made / target.name
            if not pdf.is_file():
                words = run.stderr.decode(errors="replace").strip() or f"exit code {run.returncode}"
                return error("pdf-failed", Place(file.name), cause=words.splitlines()[-1])
            target.write_bytes(date_pdf(pdf.read_bytes(), as_of))
    return wanted


def _profile_text() -> str:
    """The settings of a new profile."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _LOCKED
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}'
        "</oor:items>\n"
    )


def _run_program(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[bytes]:
    """Runs LibreOffice; after `timeout` seconds it is ended with the processes that it started, and TimeoutExpired."""
    # soffice only starts soffice.bin, which would go on without it: the two have a session of their own.
    with subprocess.Popen(  # noqa: S603 - a fixed program and paths, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            out, told = process.communicate(timeout=timeout)
        except BaseException:
            _end_all(process)
            raise
    return subprocess.CompletedProcess(list(command), process.returncode, out, told)


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and what it started."""
    if sys.platform == "win32":
        taskkill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(taskkill, capture_output=True, check=False)  # noqa: S603 - a fixed program
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def date_pdf(content: bytes, as_of: dt.date) -> bytes:
    """The PDF dated by `as_of` at midnight, its file identifiers made from its content: same page, same bytes.

    LibreOffice writes the time of day and takes no other. Every replacement is as long as what it replaces, since a PDF
    finds its parts by byte offsets (ISO 32000-1, 7.5.4).
    """
    stamp = f"{as_of:%Y%m%d}".encode() + b"000000"
    body, mark, trailer = _DATE.sub(lambda found: found[1] + stamp, content).rpartition(b"trailer")
    bare = _HASH.sub(b"0" * 32, trailer)
    digest = hashlib.sha256(body + bare).hexdigest()[:32].upper().encode()
    return body + mark + _HASH.sub(digest, trailer)
