import datetime as dt
import errno
import hashlib
import os
from pathlib import Path

import pytest

from xltools.core.event import Event, EventKind, chain_events
from xltools.core.place import Place
from xltools.core.plan import AppendEvents, ArchiveFile, Plan, Provided, RemoveFile, WriteFile
from xltools.edge import journal
from xltools.edge.journal import PlanHeldError, PlanOutdatedError, carry_out, recover
from xltools.edge.store import StaleLedgerError, Store

DAY = dt.date(2026, 3, 2)
MODIFIED = 1_700_000_000_123_456_789


class KilledError(Exception):
    """The power went."""


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def events(word: str = "x") -> tuple[object, ...]:
    kinds = [EventKind.DOCUMENT_ACCEPTED, EventKind.ORDER_RECEIVED]
    return tuple(chain_events(Event(kind, DAY, Place("收件箱/a.xlsx"), "订单", {"word": word}) for kind in kinds))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return make_desk(tmp_path / "desk")


def make_desk(desk: Path) -> Path:
    (desk / ".desk").mkdir(parents=True)
    for name in ("a.xlsx", "b.xlsx"):
        path = desk / "inbox" / "客户" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, ns=(MODIFIED, MODIFIED))
    (desk / "order-tracker.xlsx").write_bytes(b"old tracker")
    return desk


def open_store(desk: Path) -> Store:
    return Store(f"sqlite:///{desk / '.desk' / 'ledger.db'}")


PLAN = Plan(
    (
        AppendEvents(events()),
        ArchiveFile("inbox/客户/a.xlsx", sha(b"a.xlsx"), "archive/2026/03/a.xlsx"),
        WriteFile("papers/订单/contract.docx", b"contract"),
        ArchiveFile("inbox/客户/b.xlsx", sha(b"b.xlsx"), "archive/2026/03/b.xlsx"),
        WriteFile("archive/2026/03/run-000001.json", b"manifest"),
        WriteFile("papers/copy.docx", b"contract"),
        WriteFile("order-tracker.xlsx", b"new tracker", sha(b"old tracker")),
        WriteFile("order-tracker.latest.xlsx", b"latest", None, read_only=True),
        WriteFile(".desk/tracker.json", b"{}", None, provided=Provided("order-tracker.xlsx", sha(b"new tracker"))),
        RemoveFile("papers/gone.docx", None, Provided("order-tracker.xlsx", sha(b"new tracker"))),
    )
)


def state(desk: Path) -> dict[str, bytes]:
    """All files of the desk but the database, whose bytes may differ for the same events."""
    files = {path.relative_to(desk).as_posix(): path for path in sorted(desk.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != ".desk/ledger.db"}


END = {
    "archive/2026/03/a.xlsx": b"a.xlsx",
    "archive/2026/03/b.xlsx": b"b.xlsx",
    "archive/2026/03/run-000001.json": b"manifest",
    "order-tracker.xlsx": b"new tracker",
    "papers/copy.docx": b"contract",
    "papers/订单/contract.docx": b"contract",
    "order-tracker.latest.xlsx": b"latest",
    ".desk/tracker.json": b"{}",
}


def codes(problems: tuple[object, ...]) -> list[tuple[str, str]]:
    return [(problem.code, problem.place.file) for problem in problems]


def test_a_plan_is_carried_out_whole_and_leaves_no_trace_of_itself(desk: Path) -> None:
    store = open_store(desk)
    assert carry_out(PLAN, desk, store) == ()
    assert state(desk) == END
    assert store.head().number == 2
    assert (desk / "archive/2026/03/a.xlsx").stat().st_mtime_ns == MODIFIED


def test_a_plan_may_be_carried_out_again_without_harm(desk: Path) -> None:
    carry_out(PLAN, desk, open_store(desk))
    before = {path: path.stat().st_mtime_ns for path in desk.rglob("*.xlsx")}
    assert carry_out(PLAN, desk, open_store(desk)) == ()
    assert state(desk) == END
    assert {path: path.stat().st_mtime_ns for path in desk.rglob("*.xlsx")} == before


def count_steps(desk: Path) -> int:
    steps: list[str] = []
    carry_out(PLAN, desk, open_store(desk), steps.append)
    return len(steps)


def killing(at: int) -> object:
    left = [at]

    def step(_: str) -> None:
        if not left[0]:
            raise KilledError
        left[0] -= 1

    return step


def test_killed_at_any_step_the_next_run_arrives_at_the_same_end(tmp_path: Path) -> None:
    steps = count_steps(make_desk(tmp_path / "counted"))
    assert steps > 15
    for at in range(steps):
        desk = make_desk(tmp_path / str(at))
        with pytest.raises(KilledError):
            carry_out(PLAN, desk, open_store(desk), killing(at))
        everywhere = set(state(desk).values())
        assert {b"a.xlsx", b"b.xlsx"} <= everywhere, f"an original was lost at step {at}"
        store = open_store(desk)
        assert recover(desk, store) == ()
        if store.head().number == 0:  # it never began: the next run makes the same plan
            assert (desk / "order-tracker.xlsx").read_bytes() == b"old tracker"
            assert not (desk / "archive").exists()
            carry_out(PLAN, desk, store)
        assert state(desk) == END
        assert store.head().number == 2


def test_killed_in_the_middle_of_any_write_the_next_run_arrives_at_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = journal.write_durably
    at = 0
    while True:
        desk = make_desk(tmp_path / str(at))
        left = [at]

        def torn(target: Path, content: bytes, modified: int | None = None, left: list[int] = left) -> None:
            if not left[0]:
                target.parent.mkdir(parents=True, exist_ok=True)
                name = hashlib.sha256(target.name.encode()).hexdigest()[:16]
                target.with_name(f".~{name}.tmp").write_bytes(content[: len(content) // 2])
                raise KilledError
            left[0] -= 1
            whole(target, content, modified)

        monkeypatch.setattr(journal, "write_durably", torn)
        try:
            carry_out(PLAN, desk, open_store(desk))
            break
        except KilledError:
            monkeypatch.setattr(journal, "write_durably", whole)
        store = open_store(desk)
        recover(desk, store)
        carry_out(PLAN, desk, store)
        assert {name: content for name, content in state(desk).items() if not name.startswith(".desk/.~")} == END
        at += 1
    assert at > 8


def test_recovering_may_be_killed_too(tmp_path: Path) -> None:
    for at in range(14):
        desk = make_desk(tmp_path / str(at))
        with pytest.raises(KilledError):
            carry_out(PLAN, desk, open_store(desk), killing(9))
        try:
            recover(desk, open_store(desk), killing(at))
        except KilledError:
            recover(desk, open_store(desk))
        assert state(desk) == END


def test_nothing_left_behind_is_nothing_to_recover(desk: Path) -> None:
    before = state(desk)
    assert recover(desk, open_store(desk)) == ()
    assert state(desk) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version":1,"actions":[],"sha256":"0"}', "\x00" * 50])
def test_a_journal_that_is_not_whole_never_began(desk: Path, text: str) -> None:
    before = state(desk)
    (desk / ".desk" / "journal.json").write_text(text)
    assert recover(desk, open_store(desk)) == ()
    assert state(desk) == before


def test_a_file_that_a_person_changed_meanwhile_is_left_alone(desk: Path) -> None:
    (desk / "order-tracker.xlsx").write_bytes(b"typed by hand")
    (desk / "papers").mkdir()
    (desk / "papers" / "copy.docx").write_bytes(b"edited contract")
    problems = carry_out(PLAN, desk, open_store(desk))
    assert codes(problems) == [
        ("file-changed-meanwhile", "papers/copy.docx"),
        ("file-changed-meanwhile", "order-tracker.xlsx"),
    ]
    assert (desk / "order-tracker.xlsx").read_bytes() == b"typed by hand"
    assert (desk / "papers" / "copy.docx").read_bytes() == b"edited contract"


def test_a_file_that_was_deleted_meanwhile_is_written(desk: Path) -> None:
    (desk / "order-tracker.xlsx").unlink()
    assert carry_out(PLAN, desk, open_store(desk)) == ()
    assert state(desk) == END


@pytest.mark.parametrize("content", [b"saved again", None])
def test_an_original_changed_since_it_was_read_stops_the_plan_before_it_begins(
    desk: Path, content: bytes | None
) -> None:
    path = desk / "inbox" / "客户" / "b.xlsx"
    path.unlink() if content is None else path.write_bytes(content)
    before = state(desk)
    store = open_store(desk)
    with pytest.raises(PlanOutdatedError, match=r"b\.xlsx"):
        carry_out(PLAN, desk, store)
    assert state(desk) == before
    assert store.head().number == 0


def test_an_original_saved_again_while_it_is_archived_stays_and_the_read_bytes_are_kept(desk: Path) -> None:
    path = desk / "inbox" / "客户" / "a.xlsx"

    def step(words: str) -> None:
        if words.startswith("append"):
            path.write_bytes(b"saved again")

    problems = carry_out(PLAN, desk, open_store(desk), step)
    assert codes(problems) == [("file-changed-meanwhile", "inbox/客户/a.xlsx")]
    assert path.read_bytes() == b"saved again"
    assert (desk / "archive/2026/03/a.xlsx").read_bytes() == b"a.xlsx"


def test_another_file_under_the_archive_name_is_never_overwritten(desk: Path) -> None:
    taken = desk / "archive" / "2026" / "03" / "a.xlsx"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another")
    assert codes(carry_out(PLAN, desk, open_store(desk))) == [("archive-name-taken", "inbox/客户/a.xlsx")]
    assert taken.read_bytes() == b"another"
    assert (desk / "inbox" / "客户" / "a.xlsx").read_bytes() == b"a.xlsx"


def test_a_file_that_cannot_be_replaced_is_reported_and_the_rest_is_done(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = journal.write_durably

    def open_in_excel(target: Path, content: bytes, modified: int | None = None) -> None:
        if target.name == "contract.docx":
            raise PermissionError
        whole(target, content, modified)

    monkeypatch.setattr(journal, "write_durably", open_in_excel)
    contract = WriteFile("papers/订单/contract.docx", b"contract", None)
    (desk / "papers" / "订单").mkdir(parents=True)
    (desk / "papers" / "订单" / "contract.docx").write_bytes(b"the one before")
    assert codes(carry_out(Plan((contract, PLAN.actions[6])), desk, open_store(desk))) == [
        ("file-in-use", "papers/订单/contract.docx")
    ]
    assert (desk / "order-tracker.xlsx").read_bytes() == b"new tracker"


def test_a_new_file_that_cannot_be_put_there_is_put_there_later_and_the_rest_is_done(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = journal.write_durably

    def refuse(target: Path, content: bytes, modified: int | None = None) -> None:
        if target.name == "contract.docx":
            raise PermissionError
        whole(target, content, modified)

    monkeypatch.setattr(journal, "write_durably", refuse)
    with pytest.raises(PlanHeldError, match=r"contract\.docx"):
        carry_out(PLAN, desk, open_store(desk))
    left = {name: content for name, content in END.items() if name != "papers/订单/contract.docx"}
    assert {name: content for name, content in state(desk).items() if name in END} == left
    (desk / "order-tracker.xlsx").write_bytes(b"typed since")  # which no longer concerns what is left
    monkeypatch.setattr(journal, "write_durably", whole)
    assert recover(desk, open_store(desk)) == ()
    assert state(desk) == {**END, "order-tracker.xlsx": b"typed since"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_drive_that_fails_at_any_file_is_no_file_in_use(
    desk: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    whole = journal.write_durably

    def fail(target: Path, content: bytes, modified: int | None = None) -> None:
        if target.name == "contract.docx":
            raise OSError(number, "the drive fails")
        whole(target, content, modified)

    monkeypatch.setattr(journal, "write_durably", fail)
    with pytest.raises(PlanHeldError, match=r"contract\.docx"):
        carry_out(PLAN, desk, open_store(desk))
    monkeypatch.setattr(journal, "write_durably", whole)
    assert recover(desk, open_store(desk)) == ()
    assert state(desk) == END


def test_a_plan_that_does_not_fit_on_the_disk_leaves_nothing_behind(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(desk)
    sync, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        carry_out(PLAN, desk, open_store(desk))
    assert state(desk) == before
    assert not (desk / ".desk" / "staging").exists()


def test_a_run_that_lost_its_desk_does_no_more_and_leaves_the_journal(desk: Path) -> None:
    """What `step` raises ends it where it is: the journal is for whoever has the desk now."""

    def step(words: str) -> None:
        if words.startswith("write papers"):
            raise KilledError

    with pytest.raises(KilledError):
        carry_out(PLAN, desk, open_store(desk), step)
    assert (desk / ".desk" / "journal.json").exists()
    assert not (desk / "papers").exists()
    assert recover(desk, open_store(desk)) == ()
    assert state(desk) == END


def test_where_the_ledger_went_on_nothing_is_done(desk: Path) -> None:
    store = open_store(desk)
    store.append(events("other"))
    before = state(desk)
    with pytest.raises(StaleLedgerError):
        carry_out(PLAN, desk, store)
    assert state(desk) == before


def test_a_left_over_plan_whose_ledger_went_on_is_dropped(desk: Path) -> None:
    before = state(desk)
    killed: list[str] = []

    def step(words: str) -> None:
        killed.append(words)
        if words.startswith("append"):
            raise KilledError

    with pytest.raises(KilledError):
        carry_out(PLAN, desk, open_store(desk), step)
    store = open_store(desk)
    store.append(events("other"))
    assert recover(desk, store) == ()
    assert state(desk) == before


def test_events_come_first_in_a_plan(desk: Path) -> None:
    with pytest.raises(ValueError, match="first"):
        carry_out(Plan((WriteFile("x", b""), AppendEvents(events()))), desk, open_store(desk))


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x"])
def test_no_plan_writes_outside_the_desk(desk: Path, path: str) -> None:
    before = state(desk)
    with pytest.raises(ValueError, match="desk"):
        carry_out(Plan((WriteFile("fine", b"x"), WriteFile(path, b"x"))), desk, open_store(desk))
    assert state(desk) == before
    assert not (desk.parent / "x").exists()


def test_an_empty_plan_touches_nothing(desk: Path) -> None:
    before = state(desk)
    assert carry_out(Plan(), desk, open_store(desk)) == ()
    assert state(desk) == before


def carry(desk: Path, *actions: WriteFile | RemoveFile) -> list[str]:
    return [problem.code for problem in carry_out(Plan(actions), desk, open_store(desk))]


def test_a_read_only_file_is_written_over_and_taken_away_again(desk: Path) -> None:
    latest = desk / "总表.latest.xlsx"
    carry(desk, WriteFile(latest.name, b"first", None, read_only=True))
    carry(desk, WriteFile(latest.name, b"second", None, read_only=True))
    assert (latest.read_bytes(), latest.stat().st_mode & 0o222) == (b"second", 0)
    carry(desk, RemoveFile(latest.name, sha(b"second")))
    assert not latest.exists()


def test_only_the_file_that_was_meant_is_taken_away(desk: Path) -> None:
    carry(desk, RemoveFile("order-tracker.xlsx", sha(b"another")), RemoveFile("gone.xlsx", None))
    assert (desk / "order-tracker.xlsx").read_bytes() == b"old tracker"
    carry(desk, RemoveFile("order-tracker.xlsx", None))
    assert not (desk / "order-tracker.xlsx").exists()


def test_what_says_that_a_file_was_written_waits_until_it_is(desk: Path) -> None:
    written = Provided("order-tracker.xlsx", sha(b"new"))
    tracker = WriteFile("order-tracker.xlsx", b"new", sha(b"as it was planned"))
    state, old = WriteFile(".desk/state.json", b"written", None, provided=written), desk / "old"
    old.write_bytes(b"")
    carry(desk, tracker, state, RemoveFile("old", None, written))
    assert (old.exists(), (desk / ".desk" / "state.json").exists()) == (True, False)
    carry(desk, WriteFile("order-tracker.xlsx", b"new", None), state, RemoveFile("old", None, written))
    assert (old.exists(), (desk / ".desk" / "state.json").read_bytes()) == (False, b"written")


def test_nothing_is_done_before_what_it_counts_on_is_written_and_the_next_run_goes_on(desk: Path) -> None:
    blocked = desk / "archive"
    blocked.write_bytes(b"a file where a folder has to be")
    kept, tracker = WriteFile("archive/old.xlsx", b"old", required=True), WriteFile("order-tracker.xlsx", b"new", None)
    with pytest.raises(PlanHeldError):
        carry(desk, kept, tracker)
    assert (desk / "order-tracker.xlsx").read_bytes() == b"old tracker"
    with pytest.raises(PlanHeldError):
        recover(desk, open_store(desk))
    blocked.unlink()
    assert recover(desk, open_store(desk)) == ()
    assert ((desk / "archive/old.xlsx").read_bytes(), (desk / "order-tracker.xlsx").read_bytes()) == (b"old", b"new")
