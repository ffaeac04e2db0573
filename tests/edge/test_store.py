import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from xltools.core.event import GENESIS, ChainedEvent, Event, EventKind, chain_events, chain_hash
from xltools.core.place import Place
from xltools.edge.store import StaleLedgerError, Store, UnreadableLedgerError

DAY = dt.date(2026, 3, 2)


def events(count: int, after: int = 0, head: str = GENESIS, word: str = "x") -> list[ChainedEvent]:
    made = (
        Event(
            EventKind.ORDER_RECEIVED,
            DAY,
            Place("收件箱/a.xlsx", "S", "A1"),
            f"订单{n}",
            {"n": n, "word": word},
            "d" * 64,
        )
        for n in range(count)
    )
    return list(chain_events(made, after, head))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def store(path: Path) -> Store:
    return Store(f"sqlite:///{path}")


def codes(store: Store) -> list[tuple[str, ...]]:
    return [(problem.code, *(value for _, value in problem.values)) for problem in store.check()]


def tamper(path: Path, statement: str, *values: str) -> None:
    connection = sqlite3.connect(path)
    for trigger in ("events_no_update", "events_no_delete", "events_no_replace"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_events_come_back_as_they_went_in(store: Store, path: Path) -> None:
    first = events(3)
    store.append(first)
    more = events(2, 3, first[-1].hash)
    store.append(more)
    assert list(store.events()) == first + more
    assert list(Store(f"sqlite:///{path}").events(after=3)) == more
    assert store.head() == (5, more[-1].hash)
    assert store.check() == ()


def test_an_empty_ledger_has_the_first_head(store: Store) -> None:
    store.append([])
    assert store.head() == (0, GENESIS)
    assert list(store.events()) == []


def test_appending_the_same_events_again_does_nothing(store: Store) -> None:
    first = events(3)
    store.append(first)
    store.append(events(1, 3, first[-1].hash))
    store.append(first)
    assert store.head().number == 4


def test_events_that_do_not_follow_the_head_are_stale_and_none_is_kept(store: Store) -> None:
    store.append(events(2))
    for stale in (events(2, word="other"), events(1, 5, "f" * 64), events(3, word="other")):
        with pytest.raises(StaleLedgerError):
            store.append(stale)
    assert store.head().number == 2


def test_a_chain_that_is_none_is_refused(store: Store) -> None:
    one, two = events(2)
    with pytest.raises(ValueError, match="follow"):
        store.append([two, one])
    with pytest.raises(ValueError, match="not its own"):
        store.append([ChainedEvent(1, one.event, GENESIS, "f" * 64)])
    assert store.head().number == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = '{}'",
        "DELETE FROM events",
        "REPLACE INTO events SELECT number, hash, previous, kind, order_no, document, '{}' FROM events LIMIT 1",
    ],
)
def test_the_database_refuses_to_alter_events(store: Store, path: Path, statement: str) -> None:
    store.append(events(2))
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
    assert store.check() == ()


def test_an_altered_text_breaks_the_chain_there(store: Store, path: Path) -> None:
    store.append(events(5))
    tamper(path, "UPDATE events SET text = replace(text, '\"n\":2', '\"n\":9') WHERE number = 3")
    assert codes(store) == [("ledger-chain-broken", "3")]


def test_a_text_altered_with_its_hash_breaks_the_chain_after_it(store: Store, path: Path) -> None:
    store.append(events(5))
    text = list(store._rows(0))[2].text.replace('"n":2', '"n":9')
    link = chain_hash(list(store.events())[1].hash, text)
    tamper(path, "UPDATE events SET text = ?, hash = ? WHERE number = 3", text, link)
    assert codes(store) == [("ledger-chain-broken", "4")]


def test_a_missing_event_breaks_the_chain(store: Store, path: Path) -> None:
    store.append(events(5))
    tamper(path, "DELETE FROM events WHERE number = 2")
    assert codes(store) == [("ledger-chain-broken", "3")]


def test_a_column_that_differs_from_the_text_breaks_the_chain(store: Store, path: Path) -> None:
    store.append(events(5))
    tamper(path, "UPDATE events SET order_no = 'Z' WHERE number = 2")
    assert codes(store) == [("ledger-chain-broken", "2")]


def test_an_event_that_is_no_event_is_named(store: Store, path: Path) -> None:
    store.append(events(1))
    tamper(path, "UPDATE events SET text = '[]'")
    with pytest.raises(UnreadableLedgerError, match="event 1"):
        list(store.events())
    assert codes(store) == [("ledger-chain-broken", "1")]


def test_a_file_that_is_no_database_is_unreadable(path: Path) -> None:
    path.write_bytes(b"no database, by no means" * 100)
    with pytest.raises(UnreadableLedgerError):
        Store(f"sqlite:///{path}")


def test_a_damaged_database_is_a_problem(store: Store, path: Path) -> None:
    store.append(events(2000))
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 4096] = b"\xff" * (len(content) - 12288)
    path.write_bytes(content)
    assert "ledger-unreadable" in [problem.code for problem in store.check()]


def test_the_database_keeps_no_second_file_beside_it(store: Store, path: Path) -> None:
    store.append(events(2))
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db"]


def test_reading_goes_by_pages(store: Store) -> None:
    many = events(12_345)
    store.append(many)
    assert [event.number for event in store.events()] == list(range(1, 12_346))
    assert store.check() == ()
