import io
import unicodedata

from xltools.edge.terminal import print_table, watch_progress


class Terminal(io.StringIO):
    """A stream that says a person watches."""

    def isatty(self) -> bool:
        return True


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def test_columns_line_up_with_chinese_in_them():
    stream = io.StringIO()
    print_table("", ["客户", "No."], [["泰衡电子", "SO-1"], ["Acme", "SO-2"]], stream)
    lines = [line for line in stream.getvalue().splitlines() if "SO-" in line]
    starts = {width(line[: line.index("SO-")]) for line in lines}
    assert len(starts) == 1


def test_cells_print_as_they_are():
    stream = io.StringIO()
    print_table("标题 [1]", ["a"], [["[red]x[/red] :smile: [1].xlsx"]], stream, styles={0: "red"})
    for words in ("标题 [1]", "[red]x[/red] :smile: [1].xlsx"):
        assert words in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_progress_is_silent_without_a_terminal_and_when_quiet():
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        assert list(watch_progress([1, 2, 3], "读取", quiet, stream)) == [1, 2, 3]
        assert stream.getvalue() == ""


def test_progress_is_drawn_for_a_person(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    assert list(watch_progress(["a", "b"], "读取 [1].xlsx", stream=stream)) == ["a", "b"]
    assert "[1].xlsx" in stream.getvalue()
