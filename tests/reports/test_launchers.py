"""Launchers: what stands in a path stays a path, in .bat files (parsed here as cmd does) and in .desktop files."""

import re
import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from xltools import desk
from xltools.edge.dropped import find_dropped
from xltools.reports.launchers import LAUNCHERS, LauncherPlan, batch_files, desktop_entries, is_as_made

SAYS = {language: desk.load_messages().speaker(language) for language in ("zh", "en")}
NASTY = r"D:\订单 台\R&D (50%) 'a' !x! ^y %PATH% ;,=~#@"
PYTHON = r"C:\Program Files (x86)\Python & 100%!\pythonw.exe"


def plan(language="zh", folder=NASTY, interpreter=PYTHON):
    return LauncherPlan(folder, interpreter, "1.2.3", language)


class Cmd:
    """As much of cmd.exe as our .bat files use, by the phases of its parser.

    Percent signs are replaced before a line is taken to pieces; what `!name!` stands for is put in afterwards, so that
    nothing in it parts or ends a command. Quotes keep & | < > ( ) from doing so.
    """

    def __init__(self, script, arguments=(), line="", has=("C:/python.exe",), where=False):
        self.script, self.arguments, self.has, self.where = PureWindowsPath(script), arguments, has, where
        self.variables = {"CMDCMDLINE": line, "PATH": "C:\\evil&calc"}
        self.started, self.said, self.delayed, self.is_over, self.errorlevel = [], [], False, False, 0

    def run(self, content):
        text = content.decode("utf-8")
        assert text.endswith("\r\n")
        assert "\n" not in text.replace("\r\n", "")
        assert not text.startswith("\ufeff")
        before, after = re.split(r"chcp 65001 >nul\r\n", text)
        assert before.isascii()
        assert not re.search(r"^:|\bgoto\b|\bcall\b", after, re.MULTILINE)
        lines = iter(text.split("\r\n")[:-1])
        for line in lines:
            if not self.is_over:
                self.do(line, lines)
        return self

    def do(self, line, lines):
        line = self.expand(line.strip())
        if line == "@echo off" or line.startswith(("rem ", "chcp ", "pause", "where ")):
            return
        if line.startswith("setlocal "):
            self.delayed = line == "setlocal EnableDelayedExpansion"
        elif block := re.fullmatch(r'if exist "([^"]*)" \(', line):
            self.choose(self.late(block[1]) in self.has, lines)
        elif line == "if errorlevel 1 (":
            self.choose(not self.where, lines)
        elif found := re.fullmatch(r'if exist "([^"]*)" (for %I .*)', line):
            if self.exists(found[1]):
                self.do_for(found[2])
        elif found := re.fullmatch(r'if not "!CMDCMDLINE:/c=!"=="!CMDCMDLINE!" exit', line):
            self.is_over = "/c" in self.variables["CMDCMDLINE"].lower()
        elif line.startswith("set "):
            self.set(line[4:])
        elif line.startswith("echo "):
            assert not re.search(r"[&|<>()^%!]", re.sub(r'"![A-Z]+!"', "", line)), line
            self.said.append(self.late(line[5:]))
        else:
            self.start(line)

    def choose(self, is_true, lines):
        """The lines of one branch; parentheses that stand on lines of their own end it."""
        depth, wanted = 1, is_true
        for line in lines:
            bare = line.strip()
            if bare == ")":
                depth -= 1
                if depth == 0:
                    return
            elif bare == ") else (" and depth == 1:
                wanted = not is_true
                continue
            elif wanted and depth == 1:
                self.do(line, lines)
                continue
            if bare.endswith("(") and bare != ") else (":
                depth += 1

    def expand(self, line):
        """Phase 1: %~f0, %*, %%; a name between single percent signs would be a variable."""
        script = self.script
        values = {"%~dp0": f"{script.parent}\\", "%~f0": str(script), "%*": " ".join(self.arguments), "%%": "%"}
        assert not set(re.findall(r"%~dp0|%~f0|%\*|%%|%", line)) - set(values), line
        return re.sub(r"%~dp0|%~f0|%\*|%%", lambda one: values[one[0]], line)

    def late(self, text):
        if not self.delayed:
            return text
        return re.sub(r"!([A-Z_]+)!", lambda name: self.variables.get(name[1], ""), text)

    def set(self, given):
        if given.startswith('"'):
            assert given.endswith('"')
            given = given[1:-1]
        else:
            assert not unquoted_marks(given)
        name, _, value = given.partition("=")
        self.variables[name] = self.late(value)

    def do_for(self, line):
        found = re.fullmatch(r'for %I in \("([^"]*)"\) do set "DESK=%~fI\\\."', line)
        parts = []
        for part in PureWindowsPath(found[1]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        self.variables["DESK"] = str(PureWindowsPath(*parts)) + "\\."

    def exists(self, path):
        return path.endswith("desk.yaml") and "按钮" in path and self.in_desk

    in_desk = False

    def start(self, line):
        assert not unquoted_marks(line), line
        words, is_quoted = [""], False
        for letter in line:
            if letter == '"':
                is_quoted = not is_quoted
            elif letter == " " and not is_quoted:
                words.append("")
            else:
                words[-1] += letter
        # The C runtime reads \" as a quote: no quoted word may end with a backslash.
        self.started.append([self.late(word) for word in words])
        assert not any(self.late(word).endswith("\\") for word in words)


def unquoted_marks(line):
    outside = "".join(line.split('"')[::2])
    return set("&|<>^()%") & set(outside)


def run(verb, language="zh", **options):
    with_plan = options.pop("plan", plan(language))
    content = batch_files(with_plan, SAYS[language])[f"{SAYS[language](f'ui-button-{verb}')}.bat"]
    options.setdefault("has", (PYTHON.replace("pythonw", "python"),))
    return Cmd(NASTY + "\\按钮\\x.bat", **options).run(content)


FLAGS = ["-E", "-P", "-X", "utf8", "-m", "xltools.cli"]


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("check", ["check", "--desk", NASTY, "--dropped"]),
        ("submit", ["submit", "--desk", NASTY, "--dropped"]),
        ("status", ["status", NASTY]),
        ("refresh", ["run", NASTY]),
        ("contract", ["paper", NASTY, "contract", "--open"]),
        ("delivery-note", ["paper", NASTY, "delivery-note", "--open"]),
    ],
)
def test_a_batch_file_starts_the_python_that_has_a_window_with_the_desk_to_the_letter(verb, words):
    done = run(verb)
    assert done.started == [[PYTHON.replace("pythonw", "python"), *FLAGS, *words]]
    assert (done.variables["PYTHONUTF8"], done.variables["XLTOOLS_LANG"]) == ("1", "zh")


def test_a_desk_at_the_root_of_a_drive_escapes_no_quote():
    done = run("refresh", plan=plan(folder="Z:\\"))
    assert done.started[0][-1] == "Z:\\."


def test_a_batch_file_that_lies_in_the_desk_goes_by_where_it_lies(monkeypatch):
    monkeypatch.setattr(Cmd, "in_desk", True)
    done = run("status", plan=plan(folder=r"Q:\gone"))
    assert done.started[0][-1] == NASTY + "\\."
    assert PureWindowsPath(done.started[0][-1]) == PureWindowsPath(NASTY)


def test_what_is_dropped_comes_through_whole_and_starts_nothing():
    launcher = NASTY + "\\按钮\\x.bat"
    line = rf'C:\Windows\system32\cmd.exe /c ""{launcher}" C:\R&D\a.xlsx "C:\b & c (1).xlsx""'
    done = run("check", line=line, arguments=("C:\\R",))
    assert find_dropped(done.variables) == (r"C:\R&D\a.xlsx", r"C:\b & c (1).xlsx")
    assert done.is_over  # before cmd comes to what it cut off behind the &
    typed = run("submit", line="cmd.exe", arguments=('"C:\\b & c.xlsx"', "d.xlsx"))
    assert find_dropped(typed.variables) == (r"C:\b & c.xlsx", "d.xlsx")
    assert not typed.is_over  # the window that somebody typed in stays


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_its_python_it_takes_the_program_on_the_path_or_says_so(language):
    assert run("check", language, has=(), where=True).started == [["xltools", "check", "--desk", NASTY, "--dropped"]]
    done = run("check", language, has=())
    assert (done.started, done.said[1]) == ([], f'"{PYTHON.replace("pythonw", "python")}"')


@pytest.mark.parametrize("language", ["zh", "en"])
def test_launchers_are_called_like_the_buttons_by_names_that_every_system_takes(language):
    names = [*batch_files(plan(language), SAYS[language]), *desktop_entries(plan(language), SAYS)]
    assert len(names) == 2 * len(LAUNCHERS)
    assert [name for name in names if re.search(r'[<>:"/\\|?*%&!^]', name)] == []
    assert f"{SAYS[language]('ui-button-check')}.bat" in names


def test_whether_somebody_changed_a_launcher_can_be_told():
    for content in (*batch_files(plan(), SAYS["zh"]).values(), *desktop_entries(plan(), SAYS).values()):
        assert is_as_made(content)
        assert not is_as_made(content + b"rem\r\n")
        assert not is_as_made(content.replace(b"1.2.3", b"1.2.3", 1).replace(b"xltools.cli", b"evil.cli", 1))
    assert not is_as_made(b"rem xltools-buttons 1.0 nothing\r\n")
    assert not is_as_made("检查".encode("gbk"))


# Desktop entries.


def unescape(value):
    """A value of type string: \\s \\n \\t \\r \\\\."""
    return re.sub(r"\\(.)", lambda one: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(one[1], one[1]), value)


def exec_arguments(content, files):
    """The arguments of Exec, as the Desktop Entry Specification has a program take it to pieces."""
    value = unescape(re.search(r"^Exec=(.*)$", content.decode(), re.MULTILINE)[1])
    words, at = [], 0
    while at < len(value):
        if value[at] == " ":
            at += 1
        elif value[at] == '"':
            found = re.compile(r'"((?:[^"\\`$]|\\["`$\\])*)"(?= |$)').match(value, at)
            words.append(re.sub(r"\\(.)", r"\1", found[1]).replace("%%", "%"))
            assert not re.search(r"(?<!%)(?:%%)*%(?!%)", found[1])
            at = found.end()
        else:
            found = re.compile(r"[^ \"'\\><~|&;$*?#()`]+").match(value, at)
            words += files if found[0] == "%F" else [found[0].replace("%%", "%")]
            at = found.end()
    return words


FOLDERS = ["/家/订单 台/R&D (50%) 'a' !x! $HOME `id` \\b \"q\" ;~#%F", "/plain"]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("verb", LAUNCHERS)
def test_a_desktop_entry_brings_every_argument_to_the_letter(verb, folder):
    interpreter = f"{folder}/bin/python"
    entries = desktop_entries(plan(folder=folder, interpreter=interpreter), SAYS)
    words = exec_arguments(entries[f"{SAYS['zh'](f'ui-button-{verb}')}.desktop"], ["/a b.xlsx", "/c'$d.xlsx"])
    assert words[:2] == ["sh", "-c"]
    assert words[4:11] == [interpreter, *FLAGS]
    assert folder in words[11:]
    assert words[-3:] == ["--", "/a b.xlsx", "/c'$d.xlsx"] if verb in {"check", "submit"} else "--" not in words


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux tool")
@pytest.mark.parametrize("folder", FOLDERS)
def test_desktop_entries_are_valid(tmp_path, folder):
    validate = shutil.which("desktop-file-validate")
    if validate is None:
        pytest.skip("needs desktop-file-utils")
    paths = []
    for name, content in desktop_entries(plan(folder=folder, interpreter=f"{folder}/python"), SAYS).items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    done = subprocess.run([validate, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell runs it")
def test_a_desktop_entry_s_command_checks_a_workbook_and_waits(tmp_path):
    home = tmp_path / "R&D (50%) 'a' $HOME `id` \"q\" 订单台"
    desk.create_desk(home, "zh")
    book = tmp_path / "它's 100% `x` $y & z.xlsx"
    shutil.copyfile(desk.template_folder() / "order-intake.xlsx", book)
    entries = desktop_entries(plan(folder=str(home), interpreter=sys.executable), SAYS)
    words = exec_arguments(entries[f"{SAYS['zh']('ui-button-check')}.desktop"], [str(book)])
    done = subprocess.run(words, input="\n", capture_output=True, text=True, check=False, cwd=tmp_path)
    assert book.name in done.stdout
    assert desk.load_messages().words("form-blank", "zh") in done.stdout
    assert done.stdout.endswith(f"\n{SAYS['zh']('ui-launcher-close')} ")
    assert [path.name for path in Path(tmp_path).iterdir() if path not in {home, book}] == []
