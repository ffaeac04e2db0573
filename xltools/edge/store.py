"""The ledger's events in a database: append-only, chained by hash."""

import errno
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    Text,
    create_engine,
    insert,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.event import listen, listens_for
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from xltools.core.event import GENESIS, ChainedEvent, Event, chain_hash, event_text, parse_event
from xltools.core.place import Place
from xltools.core.problem import Problem, error

_PAGE = 5_000  # rows read at once: a page holds the database's lock, the loop over it does not

_BUSY_SECONDS = 30  # that one waits for another's commit, on a share and a bad day
# What SQLite could not do, as the drive's own errors: a full disk is no damaged ledger.
_DRIVE_ERRORS = {
    "SQLITE_BUSY": errno.EBUSY,
    "SQLITE_CANTOPEN": errno.ENODEV,
    "SQLITE_FULL": errno.ENOSPC,
    "SQLITE_IOERR": errno.EIO,
    "SQLITE_LOCKED": errno.EBUSY,
    "SQLITE_PERM": errno.EACCES,
    "SQLITE_READONLY": errno.EACCES,
}

_METADATA = MetaData()
_EVENTS = Table(
    "events",
    _METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("previous", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("order_no", Text, nullable=False, index=True),
    Column("document", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
)

# Rows that stand are never touched. SQLite's REPLACE deletes without asking a DELETE trigger: INSERT is watched too.
_SQLITE_GUARDS = (
    "CREATE TRIGGER IF NOT EXISTS events_no_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS events_no_delete BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS events_no_replace BEFORE INSERT ON events "
    "WHEN EXISTS (SELECT 1 FROM events WHERE number = NEW.number OR hash = NEW.hash) "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)


_POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
)
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_GUARDS = {"sqlite": _SQLITE_GUARDS, "postgresql": _POSTGRESQL_GUARDS}


@listens_for(_EVENTS, "after_create")
def _guard_rows(_table: Table, connection: Connection, **_how: object) -> None:
    for guard in _GUARDS.get(connection.dialect.name, ()):
        connection.exec_driver_sql(guard)


class StaleLedgerError(Exception):
    """The ledger has events that the writer did not know of: plan again."""


class UnreadableLedgerError(Exception):
    """The database can't be opened or read as a ledger; the message says why."""


class Head(NamedTuple):
    """The last event: its number, 0 for none, and its hash."""

    number: int
    hash: str


class Store:
    """The events of one desk, in the database that a SQLAlchemy URL names; the table is made where it is missing.

    Whatever is asked of it: OSError where the drive fails, or another holds the database for too long.
    """

    def __init__(self, url: str) -> None:
        """Raises UnreadableLedgerError where the database can't be opened, or is none."""
        try:
            # No pool: on Windows an open connection keeps the desk's folder from being moved.
            self._engine = create_engine(url, poolclass=NullPool)
            if self._engine.dialect.name == "sqlite":
                listen(self._engine, "connect", _set_pragmas)
            with _drive_errors():
                _METADATA.create_all(self._engine)
        except DatabaseError as failure:
            raise UnreadableLedgerError(_tell(failure)) from failure
        except (ArgumentError, ImportError) as failure:  # no database's address, or its driver isn't installed
            raise UnreadableLedgerError(str(failure)) from failure

    def head(self) -> Head:
        """The last event's number and hash."""
        try:
            with _drive_errors(), self._engine.connect() as connection:
                return _read_head(connection)
        except (DatabaseError, UnicodeDecodeError) as failure:
            raise UnreadableLedgerError(_tell(failure)) from failure

    def append(self, events: Sequence[ChainedEvent]) -> None:
        """Add events, all or none; those that stand already, all of them, are left as they are.

        StaleLedgerError where the ledger's head is not what the first one follows, ValueError where they are no chain.
        """
        if not events:
            return
        rows = [_make_row(chained) for chained in events]
        if any(later.previous != earlier.hash for earlier, later in pairwise(events)):
            raise ValueError("the events do not follow each other")
        try:
            with _drive_errors(), self._engine.begin() as connection:
                head = _read_head(connection)
                if head == (events[0].number - 1, events[0].previous):
                    connection.execute(insert(_EVENTS), rows)
                elif not _holds(connection, events[-1]):
                    raise StaleLedgerError(f"event {events[0].number} does not follow event {head.number}")
        except IntegrityError as failure:  # another writer came between the look at the head and the insert
            raise StaleLedgerError(f"event {events[0].number} stands already") from failure

    def events(self, after: int = 0) -> Iterator[ChainedEvent]:
        """The events after that number, in order; UnreadableLedgerError names one that can't be parsed."""
        for row in self._rows(after):
            try:
                event = _parse(row.text)
            except (KeyError, TypeError, ValueError) as failure:
                raise UnreadableLedgerError(f"event {row.number} can't be read") from failure
            yield ChainedEvent(row.number, event, row.previous, row.hash)

    def check(self, file: str = ".desk/ledger.db") -> tuple[Problem, ...]:
        """What is wrong with the chain, its hashes computed anew over the texts as stored; `file` is named in problems.

        ledger-chain-broken for each event that is gone, altered, or does not follow the one before it;
        ledger-unreadable where the database itself is damaged. Events cut off at the end don't show: compare the head
        with the last manifest's.
        """
        problems: list[Problem] = []
        head = Head(0, GENESIS)
        try:
            for row in self._rows(0):
                if not _follows(row, head):
                    problems.append(error("ledger-chain-broken", Place(file), number=row.number))
                head = Head(row.number, row.hash)
        except UnreadableLedgerError as failure:
            problems.append(error("ledger-unreadable", Place(file), reason=failure))
        return tuple(problems)

    def inspect(self, file: str = ".desk/ledger.db") -> tuple[Problem, ...]:
        """What is wrong with a SQLite database beside its rows: they are `check`'s.

        ledger-unreadable for damage that its own checks find, ledger-unguarded where table, index or triggers are not
        as they were made. Nothing of other databases, which their servers look after.
        """
        if self._engine.dialect.name != "sqlite":
            return ()
        place = Place(file)
        try:
            with _drive_errors(), self._engine.connect() as connection:
                told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                made = _read_schema(connection)
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                size = pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        except (DatabaseError, UnicodeDecodeError) as failure:
            return (error("ledger-unreadable", place, reason=_tell(failure)),)
        problems = []
        if told != ["ok"]:
            problems.append(error("ledger-unreadable", place, reason=str(told[0]).splitlines()[-1]))
        path = self._engine.url.database
        if path and Path(path).is_file() and Path(path).stat().st_size != size:
            problems.append(error("ledger-unreadable", place, reason=f"{Path(path).stat().st_size} ≠ {size} bytes"))
        if made != _expected_schema():
            problems.append(error("ledger-unguarded", place))
        return tuple(problems)

    def _rows(self, after: int) -> Iterator["_Row"]:
        while True:
            page = select(_EVENTS).where(_EVENTS.c.number > after).order_by(_EVENTS.c.number).limit(_PAGE)
            try:
                with _drive_errors(), self._engine.connect() as connection:
                    rows = [_Row(*row) for row in connection.execute(page)]
            except (DatabaseError, UnicodeDecodeError) as failure:
                raise UnreadableLedgerError(_tell(failure)) from failure
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1].number


def _tell(failure: Exception) -> str:
    return str(getattr(failure, "orig", failure))


@contextmanager
def _drive_errors() -> Iterator[None]:
    """What SQLite says of the drive, as OSError."""
    try:
        yield
    except OperationalError as failure:
        name = "_".join(str(getattr(failure.orig, "sqlite_errorname", "")).split("_")[:2])
        if name not in _DRIVE_ERRORS:
            raise
        number = _DRIVE_ERRORS[name]
        raise OSError(number, f"{os.strerror(number)} ({failure.orig})") from failure


class _Row(NamedTuple):
    number: int
    hash: str
    previous: str
    kind: str
    order_no: str
    document: str
    text: str


def _set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    # Not WAL: its shared memory does not work on network shares.
    cursor.execute("PRAGMA journal_mode = DELETE")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


@cache
def _expected_schema() -> frozenset[object]:
    """Table, index and triggers as a new database has them."""
    engine = create_engine("sqlite://")
    _METADATA.create_all(engine)
    with engine.connect() as connection:
        return _read_schema(connection)


def _read_schema(connection: Connection) -> frozenset[object]:
    """What the database is made of; each version of SQLAlchemy breaks its lines elsewhere."""
    rows = connection.exec_driver_sql(_SCHEMA).all()
    return frozenset((*names, " ".join((sql or "").split())) for *names, sql in rows)


def _read_head(connection: Connection) -> Head:
    last = select(_EVENTS.c.number, _EVENTS.c.hash).order_by(_EVENTS.c.number.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return Head(row.number, row.hash) if row else Head(0, GENESIS)


def _holds(connection: Connection, chained: ChainedEvent) -> bool:
    """True when that event stands; all before it do then too, since its hash covers them."""
    found = select(_EVENTS.c.number).where(_EVENTS.c.number == chained.number, _EVENTS.c.hash == chained.hash)
    return connection.execute(found).first() is not None


def _make_row(chained: ChainedEvent) -> dict[str, object]:
    text = event_text(chained.event)
    if chain_hash(chained.previous, text) != chained.hash:
        raise ValueError(f"the hash of event {chained.number} is not its own")
    event = chained.event
    row = _Row(chained.number, chained.hash, chained.previous, str(event.kind), event.order, event.document, text)
    return row._asdict()


def _parse(text: str) -> Event:
    return parse_event(json.loads(text))


def _follows(row: _Row, head: Head) -> bool:
    if (row.number, row.previous) != (head.number + 1, head.hash) or chain_hash(row.previous, row.text) != row.hash:
        return False
    try:
        event = _parse(row.text)
    except (KeyError, TypeError, ValueError):
        return False
    return (str(event.kind), event.order, event.document) == (row.kind, row.order_no, row.document)
