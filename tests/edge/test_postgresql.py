"""A real PostgreSQL takes the ledger: a desk names it in desk.yaml, and all else is the same."""

import datetime as dt
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from xltools import desk
from xltools.core.event import Event, EventKind, chain_events
from xltools.core.place import Place
from xltools.edge.store import StaleLedgerError, Store

DAY = dt.date(2026, 3, 2)
PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)), None)
AS_POSTGRES = ["runuser", "-u", "postgres", "--"] if os.name == "posix" and os.geteuid() == 0 else []

pytestmark = pytest.mark.skipif(
    PROGRAMS is None, reason="needs PostgreSQL (the postgres program), which is not installed"
)


@pytest.fixture(scope="module")
def server():
    """A server of the tests' own on loopback; gives its URL."""
    # Not pytest's folder: the server runs as another user, who can't enter that.
    folder = Path(tempfile.mkdtemp(prefix="xltools-postgresql-"))
    folder.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, bin_folder = folder / "data", PROGRAMS.parent
    control = [*AS_POSTGRES, str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    init = [*AS_POSTGRES, str(bin_folder / "initdb"), "-D", str(data), "-U", "desk", "-E", "UTF8", "--no-sync"]
    subprocess.run([*init, "--auth=trust"], check=True, capture_output=True, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield f"postgresql+psycopg://desk@127.0.0.1:{port}/"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder)


@pytest.fixture
def make_database(server, request):
    """Makes an empty database for one test; gives its URL."""
    numbers = itertools.count()

    def make():
        name = f"ledger_{abs(hash(request.node.name))}_{next(numbers)}"
        with create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return server + name

    return make


@pytest.fixture
def url(make_database):
    """An empty database."""
    return make_database()


def events(*orders):
    return [
        Event(EventKind.ORDER_RECEIVED, dt.date(2026, 3, 2), Place("单.xlsx", "表", "A1"), order) for order in orders
    ]


def test_events_are_appended_once_and_in_their_order(url):
    store = Store(url)
    chained = tuple(chain_events(events("订单-1", "订单-2")))
    store.append(chained)
    store.append(chained)
    assert tuple(Store(url).events()) == chained
    assert store.check() == ()
    with pytest.raises(StaleLedgerError):
        store.append(tuple(chain_events(events("订单-3"))))


@pytest.mark.parametrize("statement", ["UPDATE events SET text = ''", "DELETE FROM events", "TRUNCATE events"])
def test_rows_that_stand_are_never_touched(url, statement):
    Store(url).append(tuple(chain_events(events("订单-1"))))
    with create_engine(url).begin() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def desk_with_ledger_at(url, path):
    desk.create_desk(path, "zh")
    settings = path / "desk.yaml"
    settings.write_text(settings.read_text("utf-8") + f'ledger: {{url: "{url}"}}\n', "utf-8")
    return desk.open_desk_at(path)


def take_sample(opened, number, day):
    sample = next((desk.template_folder().parent / "samples" / "inbox").glob(f"{number}-*.xlsx"))
    shutil.copy(sample, opened.path / "收件箱")
    return desk.run_desk_at(opened, day, desk.RunOptions(pause=lambda: None))


def test_a_desk_keeps_its_ledger_there(url, tmp_path):
    opened = desk_with_ledger_at(url, tmp_path / "订单台")
    result = take_sample(opened, "01", DAY)
    assert [document.outcome for document in result.documents] == ["accepted"]
    assert desk.verify_desk_at(opened).is_ok
    assert not (opened.path / ".desk" / "ledger.db").exists()
    before = opened.store.head()
    desk.run_desk_at(opened, DAY, desk.RunOptions(pause=lambda: None))
    assert opened.store.head() == before


def test_a_database_that_was_lost_is_restored_into_an_empty_one(make_database, tmp_path):
    lost, new = make_database(), make_database()
    opened = desk_with_ledger_at(lost, tmp_path / "订单台")
    take_sample(opened, "01", DAY)
    take_sample(opened, "02", DAY + dt.timedelta(days=1))
    before, events_before = opened.store.head(), list(opened.store.events())
    (backup,) = [one for one in sorted((opened.path / ".desk" / "backups").glob("*.zip")) if f"{DAY}" in one.name]
    settings = opened.path / "desk.yaml"
    settings.write_text(settings.read_text("utf-8").replace(lost, new), "utf-8")
    result = desk.restore_desk_at(opened.path, backup, "zh")
    assert (result.is_ok, result.desk.store.head()) == (True, before)
    assert 0 < result.caught_up < result.events
    assert list(Store(new).events()) == events_before
    assert desk.verify_desk_at(desk.open_desk_at(opened.path)).is_ok


def test_a_database_with_other_events_is_never_restored_over(make_database, tmp_path):
    url, other = make_database(), make_database()
    opened = desk_with_ledger_at(url, tmp_path / "订单台")
    take_sample(opened, "01", DAY)
    (backup,) = (opened.path / ".desk" / "backups").glob("*.zip")
    Store(other).append(tuple(chain_events(events("别的订单"))))
    settings = opened.path / "desk.yaml"
    settings.write_text(settings.read_text("utf-8").replace(url, other), "utf-8")
    with pytest.raises(desk.UsageError):
        desk.restore_desk_at(opened.path, backup, "zh")
    assert [one.event.order for one in Store(other).events()] == ["别的订单"]
