"""A byte that was changed in ledger, archive or papers is found by `verify`, which says where."""

import datetime as dt
import shutil
import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xltools import desk
from xltools.core.event import chain_events
from xltools.desk.manifest import is_sealed, read_manifest, write_manifest
from xltools.edge.store import Store, UnreadableLedgerError

from .conftest import AS_OF, LINE, DeskFolder
from .hand import Hand
from .test_shipping import STOCK, drop_list, drop_review

LEDGER = ".desk/ledger.db"
COLUMNS = ("number", "hash", "previous", "kind", "order_no", "document", "text")
SEARCHED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A desk that has one of each: order, return, unreadable file, edit, review, delivery note, closed year."""
    folder = DeskFolder(tmp_path_factory.mktemp("lived") / "订单台")
    shutil.copyfile(Path(desk.__file__).parents[2] / "templates/sales-contract.docx",
                    folder.path / "templates/sales-contract.docx")  # fmt: skip
    folder.drop("SO1.xlsx", {**LINE, "requested_date": "2026-03-20"}, **STOCK)
    folder.drop("缺客户.xlsx", customer=None)
    folder.drop_bytes("坏.xlsx", b"PK\x03\x04 broken")
    drop_review(folder)
    folder.run()
    Hand(folder.path / "order-tracker.xlsx").type("SO1", "卡点/欠料", "缺料").save()
    folder.run()
    drop_list(folder, "发货.xlsx", ("SO1", "1", 30), date=AS_OF + dt.timedelta(days=1))
    folder.run(AS_OF + dt.timedelta(days=1))
    desk.close_year_at(folder.opened, 2025, AS_OF + dt.timedelta(days=2))
    assert desk.verify_desk_at(folder.opened).problems == ()
    return folder


def archived(folder):
    return sorted(path for path in (folder.path / "archive").rglob("*") if path.is_file())


def papers(folder):
    return [folder.path / paper.file for order in folder.orders().values() for paper in order.papers]


def told(folder):
    """What verify says: code, file and event number."""
    return {
        (problem.code, problem.place.file, dict(problem.values).get("number", ""))
        for problem in desk.verify_desk_at(folder.opened).problems
    }


def files_told(folder):
    return {file for _, file, _ in told(folder)}


@pytest.fixture
def spoil(lived):
    """Changes files, and puts them back after the test."""
    before = {}

    def change(path, content):
        before.setdefault(path, path.read_bytes() if path.exists() else None)
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def mend():
        for path, content in before.items():
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content)
        before.clear()

    change.mend = mend
    yield change
    mend()
    assert desk.verify_desk_at(lived.opened).problems == ()


def flip(content, at, bit=0):
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


def test_the_desk_that_is_tampered_with_has_one_of_each(lived):
    files = [path.relative_to(lived.path).as_posix() for path in archived(lived)]
    folders = {file.split("/")[1] for file in files}
    assert folders == {"2025", "2026", "master", "rules", "templates"}
    assert len([file for file in files if "/run-" in file]) == 4
    assert len([file for file in files if "order-tracker" in file]) >= 2
    assert [file for file in files if "delivery-note" in file]
    assert papers(lived)


def test_a_flipped_cut_or_deleted_file_of_the_archive_is_named(lived, spoil):
    for path in archived(lived):
        content, file = path.read_bytes(), path.relative_to(lived.path).as_posix()
        changes = [flip(content, 0), flip(content, len(content) // 2), flip(content, len(content) - 1, 3)]
        for changed in (*changes, content[:-1], content + b" ", b"", None):
            spoil(path, changed)
            found = desk.verify_desk_at(lived.opened)
            spoil.mend()
            named = {problem.place.file for problem in found.problems if problem.is_error}
            # A manifest that is gone shows at the next one, and at the end.
            assert file in named or (changed is None and "/run-" in file and named), (file, changed and len(changed))
            assert not found.is_ok


@SEARCHED
@given(st.data())
def test_any_flipped_bit_in_the_archive_or_the_papers_is_named(lived, spoil, data):
    path = data.draw(st.sampled_from([*archived(lived), *papers(lived)]))
    content = path.read_bytes()
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    spoil(path, flip(content, at, bit))
    named = files_told(lived)
    spoil.mend()
    assert path.relative_to(lived.path).as_posix() in named


def test_each_byte_of_a_manifest_is_sealed(lived):
    for path in sorted((lived.path / "archive").rglob("run-*.json"))[:2]:
        content = path.read_bytes()
        assert is_sealed(content)
        unseen = []
        for at in range(len(content)):
            changed = flip(content, at)
            try:
                read_manifest(changed)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            if is_sealed(changed):
                unseen.append(at)
        assert unseen == []


def test_a_manifest_that_is_sealed_anew_breaks_the_chain_of_manifests(lived, spoil):
    first, second, *_ = sorted((lived.path / "archive").rglob("run-*.json"))
    spoil(first, write_manifest(replace(read_manifest(first.read_bytes()), numbers=("SO9",))))
    assert ("manifest-chain-broken", second.relative_to(lived.path).as_posix(), "") in told(lived)


def test_two_files_of_the_archive_that_were_swapped_are_both_named(lived, spoil):
    originals = [path for path in archived(lived) if "/2026/" in path.as_posix()]
    for one, other in pairwise(originals):
        left, right = one.read_bytes(), other.read_bytes()
        spoil(one, right)
        spoil(other, left)
        named = files_told(lived)
        spoil.mend()
        assert {path.relative_to(lived.path).as_posix() for path in (one, other)} <= named


def test_a_renamed_file_of_the_archive_is_told_under_both_names(lived, spoil):
    for path in archived(lived):
        renamed = path.with_name(f"x-{path.name}")
        content = path.read_bytes()
        spoil(path, None)
        spoil(renamed, content)
        found = told(lived)
        spoil.mend()
        assert ("archived-unknown", renamed.relative_to(lived.path).as_posix(), "") in found
        assert len(found) >= 2


def test_a_manifest_that_was_moved_to_another_month_is_named(lived, spoil):
    path = sorted((lived.path / "archive").rglob("run-*.json"))[1]
    moved = lived.path / "archive" / "2026" / "04" / path.name
    content = path.read_bytes()
    spoil(path, None)
    spoil(moved, content)
    assert ("manifest-differs", f"archive/2026/04/{path.name}", "") in told(lived)
    spoil.mend()
    moved.parent.rmdir()


def test_a_file_that_was_added_to_the_archive_is_named_and_is_no_damage(lived, spoil):
    spoil(lived.path / "archive/2026/03/扫描.pdf", b"%PDF")
    found = desk.verify_desk_at(lived.opened)
    assert [(one.code, one.place.file) for one in found.problems] == [("archived-unknown", "archive/2026/03/扫描.pdf")]
    assert found.is_ok


def test_a_manifest_that_was_added_is_named(lived, spoil):
    path = sorted((lived.path / "archive").rglob("run-*.json"))[-1]
    added = path.with_name("run-000099.json")
    spoil(added, path.read_bytes())
    assert added.relative_to(lived.path).as_posix() in files_told(lived)


def test_a_paper_that_a_person_edited_or_deleted_is_told_as_that_and_is_no_damage(lived, spoil):
    for path in papers(lived):
        content, file = path.read_bytes(), path.relative_to(lived.path).as_posix()
        edits = ((flip(content, 40), "paper-edited"), (content[:-1], "paper-edited"), (None, "paper-missing"))
        for changed, code in edits:
            spoil(path, changed)
            found = desk.verify_desk_at(lived.opened)
            spoil.mend()
            assert [(one.code, one.place.file) for one in found.problems] == [(code, file)]
            assert found.is_ok


def test_papers_that_were_swapped_are_both_told(lived, spoil):
    one, other = papers(lived)[:2]
    left, right = one.read_bytes(), other.read_bytes()
    spoil(one, right)
    spoil(other, left)
    assert {(code, file) for code, file, _ in told(lived)} == {
        ("paper-edited", path.relative_to(lived.path).as_posix()) for path in (one, other)
    }


def tamper(path, statement, *values, guards=True):
    """Straight into the database past its guards, which are put up again so that they don't tell."""
    with sqlite3.connect(path) as connection:
        kept = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
        for _, sql in kept if guards else ():
            connection.execute(sql)
    connection.close()


def test_a_change_in_any_column_of_any_event_is_told_with_its_number(lived, spoil):
    path = lived.path / LEDGER
    content = path.read_bytes()
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY number").fetchall()  # noqa: S608
    connection.close()
    store = lived.opened.store
    for row in rows:
        for column, value in zip(COLUMNS, row, strict=True):
            spoil(path, content)
            changed = 1000 + value if column == "number" else flip(value.encode() or b"x", 0).decode("utf-8", "replace")
            tamper(path, f"UPDATE events SET {column} = ? WHERE number = ?", changed, row[0])  # noqa: S608
            numbers = {int(dict(one.values)["number"]) for one in store.check() if one.code == "ledger-chain-broken"}
            wanted = {row[0] + 1, 1000 + row[0]} if column == "number" else {row[0]}
            assert numbers & wanted, (row[0], column)
    spoil.mend()


def test_a_letter_changed_in_an_event_is_told_by_verify_and_stops_a_run(lived, spoil):
    path = lived.path / LEDGER
    spoil(path, path.read_bytes())
    with sqlite3.connect(path) as connection:
        ((number,), *_) = connection.execute("SELECT number FROM events WHERE text LIKE '%2026-03-20%'")
    connection.close()
    tamper(path, "UPDATE events SET text = replace(text, '2026-03-20', '2026-03-21') WHERE number = ?", number)
    assert told(lived) == {("ledger-chain-broken", LEDGER, str(number))}
    with pytest.raises(desk.LedgerError):
        lived.run()


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_deleted_event_is_told(lived, spoil, which):
    path = lived.path / LEDGER
    count = lived.event_count()
    number = {"first": 1, "middle": count // 2, "last": count}[which]
    spoil(path, path.read_bytes())
    tamper(path, "DELETE FROM events WHERE number = ?", number)
    codes = {code for code, _, _ in told(lived)}
    assert codes & {"ledger-chain-broken", "manifest-gap"}


def test_two_events_that_were_swapped_and_one_that_was_added_are_told(lived, spoil):
    path = lived.path / LEDGER
    spoil(path, path.read_bytes())
    for old, new in ((2, 9999), (3, 2), (9999, 3)):
        tamper(path, "UPDATE events SET number = ? WHERE number = ?", new, old)
    assert {("ledger-chain-broken", LEDGER, "2"), ("ledger-chain-broken", LEDGER, "3")} <= told(lived)
    spoil.mend()
    spoil(path, path.read_bytes())
    last = lived.event_count()
    tamper(path, f"INSERT INTO events SELECT {last + 1}, 'x', previous, kind, order_no, document, text FROM events "  # noqa: S608
                 f"WHERE number = {last}")  # fmt: skip
    assert ("ledger-chain-broken", LEDGER, str(last + 1)) in told(lived)


def test_a_ledger_that_was_written_anew_with_a_chain_that_holds_is_told(lived, spoil):
    path = lived.path / LEDGER
    events = [chained.event for chained in lived.opened.store.events()]
    events[1] = replace(events[1], by="somebody else")
    spoil(path, None)
    Store(f"sqlite:///{path}").append(list(chain_events(events)))
    found = told(lived)
    assert {code for code, _, _ in found} == {"manifest-head-differs"}
    assert {file for _, file, _ in found} >= {"archive/2026/03/run-000001.json"}


def test_guards_that_are_gone_are_told(lived, spoil):
    path = lived.path / LEDGER
    spoil(path, path.read_bytes())
    tamper(path, "SELECT 1", guards=False)
    assert ("ledger-unguarded", LEDGER, "") in told(lived)


def test_bytes_cut_off_or_added_to_the_database_are_told(lived, spoil):
    path = lived.path / LEDGER
    content = path.read_bytes()
    for changed in (content + b"\0" * 4096, content + b"x", content[:-1], content[:-4096], content[:100], b"x" * 5000):
        spoil(path, changed)
        try:
            assert told(lived)
        except desk.LedgerError as failure:
            assert {problem.code for problem in failure.problems} == {"ledger-unreadable"}  # noqa: PT017
        spoil.mend()


def read_all(path):
    """All that a database says."""
    connection = sqlite3.connect(path)
    try:
        schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        return schema, connection.execute("SELECT * FROM events ORDER BY number").fetchall()
    finally:
        connection.close()


def test_a_flipped_byte_of_the_database_is_told_or_changes_nothing_that_it_says(lived, tmp_path):
    """What SQLite leaves unused in its pages, and its own counters, say nothing: all else is told."""
    content = (lived.path / LEDGER).read_bytes()
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    before = read_all(path)
    offsets = sorted({*range(0, len(content), 211), *range(100)})
    unseen = []
    for at in offsets:
        path.write_bytes(flip(content, at, at % 8))
        try:
            store = Store(f"sqlite:///{path}")
            is_told = bool(store.inspect() or store.check())
        except UnreadableLedgerError:
            is_told = True
        if not is_told and read_all(path) != before:
            unseen.append(at)
    assert unseen == []
