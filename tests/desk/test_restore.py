"""Backups: made by each day's first run, rotated, restored with all that came after from archive/; rehearsed."""

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import zipfile
from itertools import pairwise

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xltools import desk
from xltools.cli import main
from xltools.edge import journal
from xltools.edge.backup_file import BackupDamagedError, KeptBackup, Rotation, choose_outdated, read_backup

from .conftest import AS_OF, LINE
from .hand import Hand

TRACKER = "order-tracker.xlsx"
DAYS = [AS_OF + dt.timedelta(days=at) for at in range(4)]


@pytest.fixture
def two_days(folder):
    """A desk of two days, an edit in its tracker on the second; the backup is of the first."""
    folder.approve_all()
    folder.drop("1.xlsx", order_no="A-1")
    folder.run(DAYS[0])
    Hand(folder.path / TRACKER).type("A-1", "卡点/欠料", "缺料").save()
    folder.drop("2.xlsx", order_no="A-2")
    folder.drop("3.xlsx", customer=None)
    folder.run(DAYS[1])
    return folder


def backups(folder):
    return sorted((folder.path / ".desk" / "backups").glob("backup-*.zip"))


def restore(folder, file=None, **options):
    return desk.restore_desk_at(folder.path, file or backups(folder)[0], "en", **options)


def state(folder):
    """What the desk knows, and every file outside .desk/ and archive/."""
    files = {name: content for name, content in folder.files().items() if not name.startswith("archive/")}
    return folder.opened.store.head(), desk.export_lines(folder.opened, DAYS[1]), files


def break_ledger(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3 :] = b"\x5a" * (len(content) - len(content) // 3)
    path.write_bytes(content)


def codes(failure):
    return [problem.code for problem in failure.value.problems]


@pytest.mark.parametrize(
    "loss", ["deleted", "damaged", "truncated", "altered", "state folder gone", "of the day before"]
)
def test_a_ledger_that_was_lost_is_restored_with_all_that_came_after_the_backup(two_days, loss, tmp_path):
    before = state(two_days)
    backup = tmp_path / backups(two_days)[0].name
    shutil.copy(backups(two_days)[0], backup)
    path = two_days.path / ".desk" / "ledger.db"
    if loss == "deleted":
        path.unlink()
    elif loss == "damaged":
        break_ledger(path)
    elif loss == "truncated":
        path.write_bytes(path.read_bytes()[:5000])
    elif loss == "altered":
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER events_no_update")
            connection.execute("UPDATE events SET text = text || ' ' WHERE number = 3")
        connection.close()
    elif loss == "state folder gone":
        shutil.rmtree(two_days.path / ".desk")
    else:
        old = two_days.copy(tmp_path / "old")
        (old.path / ".desk" / "ledger.db").unlink()
        shutil.rmtree(old.path / "archive")
        restore(old, backup)
        shutil.copy(old.path / ".desk" / "ledger.db", path)
        with pytest.raises(desk.LedgerError):
            two_days.run(DAYS[1])
    replaced = path.read_bytes() if path.exists() and loss != "of the day before" else None
    result = restore(two_days, backup)
    assert (result.is_ok, result.problems) == (True, ())
    assert result.events == before[0].number
    assert (result.caught_up > 0) is True
    assert state(two_days) == before
    assert desk.verify_desk_at(two_days.opened).problems == ()
    if replaced is not None:
        assert replaced in [(two_days.path / kept).read_bytes() for kept in result.kept]
    head = two_days.opened.store.head()
    assert [one.outcome for one in two_days.run(DAYS[1]).documents] == []
    assert two_days.opened.store.head() == head
    assert state(two_days) == before


def test_what_a_restored_desk_is_told_next_goes_on_as_if_nothing_had_been(two_days, tmp_path):
    twin = two_days.copy(tmp_path / "twin")
    (two_days.path / ".desk" / "ledger.db").unlink()
    restore(two_days)
    Hand(two_days.path / TRACKER).type("A-2", "卡点/欠料", "缺铜").save()
    shutil.copy(two_days.path / TRACKER, twin.path / TRACKER)
    content = two_days.drop("4.xlsx", order_no="A-4").read_bytes()
    twin.drop_bytes("4.xlsx", content)
    for one in (two_days, twin):
        one.run(DAYS[2])
    assert two_days.opened.store.head() == twin.opened.store.head()
    assert two_days.orders()["A-2"].lines[0].text("shortage") == "缺铜"


def test_workbooks_that_were_lost_or_damaged_are_put_back_and_the_next_run_catches_them_up(two_days):
    rows = list(openpyxl.load_workbook(two_days.path / TRACKER).worksheets[0].values)
    (two_days.path / TRACKER).write_bytes((two_days.path / TRACKER).read_bytes()[:-200])
    (two_days.path / "order-prices.xlsx").unlink()
    (two_days.path / "rules" / "routes.yaml").unlink()
    shutil.rmtree(two_days.path / "master")
    result = restore(two_days, force=True)
    assert {TRACKER, "order-prices.xlsx", "rules/routes.yaml", "master/customers.xlsx"} <= set(result.files)
    assert [kept for kept in result.kept if "order-tracker" in kept]
    two_days.run(DAYS[1])
    assert list(openpyxl.load_workbook(two_days.path / TRACKER).worksheets[0].values) == rows
    assert desk.verify_desk_at(two_days.opened).problems == ()


def test_what_is_there_and_whole_stays_unless_it_is_to_be_replaced_and_then_it_is_kept(two_days):
    Hand(two_days.path / TRACKER).type("A-2", "卡点/欠料", "还没读到").save()
    typed = (two_days.path / TRACKER).read_bytes()
    assert restore(two_days, force=True).files == ()
    assert (two_days.path / TRACKER).read_bytes() == typed
    result = restore(two_days, force=True, replace=True)
    assert TRACKER in result.files
    assert typed in [(two_days.path / kept).read_bytes() for kept in result.kept]
    assert desk.verify_desk_at(two_days.opened).problems == ()


def test_a_backup_is_not_put_over_a_ledger_that_is_further(two_days):
    before = two_days.files(), two_days.event_count()
    with pytest.raises(desk.UsageError) as failure:
        restore(two_days)
    assert codes(failure) == ["ledger-newer"]
    assert (two_days.files(), two_days.event_count()) == before
    assert restore(two_days, force=True).events == before[1]
    assert desk.verify_desk_at(two_days.opened).problems == ()


def test_a_desk_is_made_of_a_backup_alone_or_of_it_and_archive(two_days, tmp_path):
    empty = tmp_path / "new"
    result = desk.restore_desk_at(empty, backups(two_days)[-1], "en")
    assert result.desk.store.head() == two_days.opened.store.head()
    assert (empty / TRACKER).read_bytes() == (two_days.path / TRACKER).read_bytes()
    saved = tmp_path / "saved"
    shutil.copytree(two_days.path / "archive", saved / "archive")
    result = desk.restore_desk_at(saved, backups(two_days)[0], "en")
    assert result.desk.store.head() == two_days.opened.store.head()
    assert [one for one in desk.verify_desk_at(result.desk).problems if one.is_error] == []


def test_a_backup_of_another_desk_is_refused(two_days, make_folder, tmp_path):
    other = make_folder(tmp_path / "other")
    other.drop("x.xlsx", order_no="B-1")
    other.run(DAYS[0])
    for lost in (False, True):
        if lost:
            (two_days.path / ".desk" / "ledger.db").unlink()
        with pytest.raises(desk.UsageError) as failure:
            restore(two_days, backups(other)[0], force=True)
        assert codes(failure) == ["backup-of-another-desk"]


def test_no_changed_byte_of_a_backup_is_restored(two_days):
    path = backups(two_days)[0]
    content = path.read_bytes()
    (two_days.path / ".desk" / "ledger.db").unlink()
    before = two_days.files()
    whole = read_backup(path)
    said = (whole.about, whole.files, list(whole.events()), [whole.read(file) for file in whole.files])
    for at in [*range(0, len(content), 997), *range(len(content) - 300, len(content), 7)]:
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            read = read_backup(path)
        except BackupDamagedError:
            continue
        # The dates of a zip's members, say, are no part of what is restored.
        assert (read.about, read.files, list(read.events()), [read.read(file) for file in read.files]) == said, at
    for changed in (content[: len(content) // 2], b"", b"PK\x05\x06" + bytes(18)):
        path.write_bytes(changed)
        with pytest.raises(desk.UsageError) as failure:
            restore(two_days)
        assert codes(failure) == ["backup-damaged"]
    assert two_days.files() == before


def rewrite(path, target, changes):
    """The backup with other files in it, and true hashes of them."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts |= changes
    about = json.loads(parts.pop("backup.json"))
    about["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    with zipfile.ZipFile(target, "w") as made:
        for name, content in {**parts, "backup.json": json.dumps(about).encode()}.items():
            made.writestr(name, content)
    return target


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "c:/out.txt"])
def test_no_file_of_a_backup_lands_outside_the_desk(two_days, tmp_path, name):
    forged = rewrite(backups(two_days)[0], tmp_path / "forged.zip", {f"files/{name}": b"x"})
    with pytest.raises(desk.UsageError) as failure:
        restore(two_days, forged, force=True)
    assert codes(failure) == ["backup-damaged"]
    assert not list(tmp_path.rglob("out.txt"))


def test_a_ledger_that_was_changed_in_a_backup_with_its_hash_is_refused(two_days, tmp_path):
    with zipfile.ZipFile(backups(two_days)[0]) as source:
        lines = source.read("ledger.jsonl").replace(b"A-1", b"A-9")
    forged = rewrite(backups(two_days)[0], tmp_path / "forged.zip", {"ledger.jsonl": lines})
    (two_days.path / ".desk" / "ledger.db").unlink()
    with pytest.raises(desk.UsageError) as failure:
        restore(two_days, forged)
    assert codes(failure) == ["backup-damaged"]


def test_a_run_that_was_cut_short_is_carried_through_after_the_restore(two_days, monkeypatch, tmp_path):
    """Killed between its events and its files, with the ledger lost in the same crash: its plan waits in .desk/."""
    undisturbed = two_days.copy(tmp_path / "undisturbed")
    for one in (undisturbed, two_days):
        one.drop("5.xlsx", order_no="A-5")
    undisturbed.run(DAYS[2])

    class KilledError(BaseException):
        pass

    real = journal._Work._archive

    def killed(*_):
        raise KilledError

    monkeypatch.setattr(journal._Work, "_archive", killed)
    with pytest.raises(KilledError):
        two_days.run(DAYS[2])
    monkeypatch.setattr(journal._Work, "_archive", real)
    (two_days.path / ".desk" / "ledger.db").unlink()
    (two_days.path / ".desk" / "lock").unlink(missing_ok=True)
    restore(two_days)
    assert two_days.opened.store.head() == undisturbed.opened.store.head()
    assert two_days.files() == undisturbed.files()
    assert desk.verify_desk_at(two_days.opened).problems == ()


def test_what_sqlite_left_beside_a_broken_ledger_is_kept_and_not_played_into_the_new_one(two_days):
    beside = two_days.path / ".desk" / "ledger.db-journal"
    break_ledger(two_days.path / ".desk" / "ledger.db")
    beside.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    result = restore(two_days)
    assert not beside.exists()
    assert desk.verify_desk_at(two_days.opened).problems == ()
    assert [kept for kept in result.kept if "ledger" in kept]


def test_a_manifest_that_is_gone_ends_the_restore_there_and_says_so(two_days):
    (two_days.path / ".desk" / "ledger.db").unlink()
    third = two_days.path / "archive/2026/03/run-000002.json"
    two_days.drop("4.xlsx", order_no="A-4")
    third.unlink()
    result = restore(two_days)
    assert result.is_ok  # nothing tells of that run any more; what archive/ lacks is verify's to tell
    assert [one.code for one in desk.verify_desk_at(two_days.opened).problems if one.is_error] == []
    assert {one.code for one in desk.verify_desk_at(two_days.opened).problems} >= {"archived-unknown"}


# Backups of runs, and their rotation.


def test_the_first_run_of_a_day_makes_a_backup_and_the_next_ones_none(folder):
    folder.run(DAYS[0])
    assert backups(folder) == []  # nothing to back up yet
    folder.drop("1.xlsx", order_no="A-1")
    folder.run(DAYS[0])
    first = backups(folder)
    folder.drop("2.xlsx", order_no="A-2")
    folder.run(DAYS[0])
    assert backups(folder) == first
    folder.run(DAYS[1])
    assert len(backups(folder)) == 2


def test_the_same_desk_on_the_same_day_is_backed_up_in_the_same_bytes(tmp_path, make_folder):
    made = []
    for name in ("a", "b"):
        folder = make_folder(tmp_path / name)
        folder.drop("1.xlsx", order_no="A-1")
        folder.run(DAYS[0])
        (path,) = backups(folder)
        made.append((path.name, path.read_bytes()))
    assert made[0] == made[1]


def test_a_dry_run_makes_none(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run(DAYS[0], dry_run=True)
    assert backups(folder) == []


def test_backups_go_where_the_settings_say_and_two_desks_may_share_a_folder(tmp_path, make_folder):
    drive = tmp_path / "drive"
    for name in ("a", "b"):
        folder = make_folder(tmp_path / name)
        (folder.path / "desk.yaml").write_text(
            f"language: en\nbackup: {{folder: '{drive}', daily: 1, weekly: 0, monthly: 0}}\n"
        )
        folder.drop("1.xlsx", order_no=f"A-{name}")
        for day in DAYS:
            folder.run(day)
    assert len(list(drive.iterdir())) == 2


def test_a_drive_that_is_not_there_stops_no_run(folder, tmp_path):
    (tmp_path / "file").write_text("")
    (folder.path / "desk.yaml").write_text(f"language: en\nbackup: {{folder: '{tmp_path}/file/deeper'}}\n")
    folder.drop("1.xlsx", order_no="A-1")
    result = folder.run(DAYS[0])
    assert ([one.outcome for one in result.documents], [one.code for one in result.problems]) == (
        ["accepted"],
        ["backup-not-written"],
    )


def test_a_desk_may_do_without(folder):
    (folder.path / "desk.yaml").write_text("language: en\nbackup: {automatic: false}\n")
    folder.drop("1.xlsx", order_no="A-1")
    folder.run(DAYS[0])
    assert backups(folder) == []


def kept_after(days, rotation, tmp_path):
    """The days that are kept when a backup is made on each of these, one after the other."""
    kept = []
    for number, day in enumerate(days):
        kept.append(KeptBackup(day, number, tmp_path / str(number)))
        kept = [one for one in kept if one not in choose_outdated(kept, rotation)]
    return [one.day for one in sorted(kept)]


def test_of_a_year_of_days_the_last_seven_five_weeks_and_twelve_months_are_kept(tmp_path):
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=at) for at in range(500)]
    kept = kept_after(days, Rotation(7, 5, 12), tmp_path)
    assert kept[-7:] == days[-7:]
    assert len({day.isocalendar()[:2] for day in kept}) >= 5
    assert {(day.year, day.month) for day in kept} == {(day.year, day.month) for day in days[-345:]}
    assert len(kept) <= 24


@given(st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1)), min_size=1, max_size=60), st.integers(1, 9),
       st.integers(0, 6), st.integers(0, 13))  # fmt: skip
def test_a_rotation_always_keeps_the_latest_and_never_more_than_it_says(tmp_path_factory, days, daily, weekly, monthly):
    days = sorted(set(days))
    kept = kept_after(days, Rotation(daily, weekly, monthly), tmp_path_factory.getbasetemp())
    assert days[-1] in kept
    assert kept[-daily:] == days[-daily:]
    assert len(kept) <= daily + weekly + monthly + 1
    assert all(one < other for one, other in pairwise(kept))


# The command line.


def test_the_verbs_back_up_and_restore(two_days, tmp_path):
    before = state(two_days)
    done = CliRunner().invoke(
        main, ["backup", str(two_days.path), "--to", str(tmp_path / "out"), "--as-of", "2026-03-11", "--json"]
    )
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["events"] == before[0].number
    assert told["file"].startswith(str(tmp_path / "out"))
    (two_days.path / ".desk" / "ledger.db").unlink()
    done = CliRunner().invoke(main, ["restore", str(two_days.path), told["file"], "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["ok"] is True
    assert state(two_days) == before
    done = CliRunner().invoke(main, ["restore", str(two_days.path), str(backups(two_days)[0])])
    assert (done.exit_code, "--force" in done.output) == (2, True)


def test_a_damaged_ledger_is_not_backed_up_over_good_backups(two_days):
    break_ledger(two_days.path / ".desk" / "ledger.db")
    before = backups(two_days)
    with pytest.raises(desk.LedgerError):
        desk.backup_desk_at(two_days.opened, DAYS[2])
    assert backups(two_days) == before


def test_archive_alone_in_an_empty_folder_rebuilds_the_desk(two_days, tmp_path):
    shutil.copytree(two_days.path / "archive", tmp_path / "only" / "archive")
    for source in (tmp_path / "only", tmp_path / "only" / "archive"):
        into = tmp_path / f"new-{source.name}"
        done = CliRunner().invoke(main, ["rebuild", str(source), "--into", str(into), "--json"])
        assert (done.exit_code, json.loads(done.stdout)["ok"]) == (0, True)
        rebuilt = desk.open_desk_at(into)
        assert rebuilt.store.head() == two_days.opened.store.head()
        assert desk.export_lines(rebuilt, DAYS[1]) == desk.export_lines(two_days.opened, DAYS[1])
        assert desk.verify_desk_at(rebuilt).is_ok
        assert (into / "rules" / "routes.yaml").read_text("utf-8") == (two_days.path / "rules/routes.yaml").read_text(
            "utf-8"
        )
    assert sorted(path.name for path in (tmp_path / "only").iterdir()) == ["archive"]


def test_a_chinese_archive_alone_rebuilds_the_desk(make_folder, tmp_path):
    folder = make_folder(tmp_path / "台", "zh")
    folder.drop("1.xlsx", LINE, order_no="A-1")
    folder.run()
    shutil.copytree(folder.path / "归档", tmp_path / "only" / "归档")
    done = CliRunner().invoke(main, ["rebuild", str(tmp_path / "only"), "--into", str(tmp_path / "new")])
    assert done.exit_code == 0
    assert desk.open_desk_at(tmp_path / "new").store.head() == folder.opened.store.head()
    assert (tmp_path / "new" / "订单总表.xlsx").is_file()


def test_a_folder_with_neither_desk_nor_archive_is_told(tmp_path):
    (tmp_path / "x").mkdir()
    done = CliRunner().invoke(main, ["rebuild", str(tmp_path / "x"), "--into", str(tmp_path / "new")])
    assert done.exit_code == 2
