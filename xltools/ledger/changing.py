"""Change notices as they come in: what they ask for, and whether they can be asked at all."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xltools.core.codec import canonical_json, encode_values
from xltools.core.event import Event, EventKind
from xltools.core.order import ACTION, Change, ChangeItem, Order
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Record, Table, Value
from xltools.forms.rules import Rules
from xltools.intake.conventions import find_conventions
from xltools.ledger.change_checks import check_notice, find_stale
from xltools.ledger.change_rows import ReadRows, asked_by, read_rows
from xltools.ledger.change_signatures import sign_events
from xltools.ledger.change_words import change_words, kind_of
from xltools.ledger.changed_values import CLOSING, split_numbers, touched_cells, write_item
from xltools.ledger.decide import Decision
from xltools.ledger.number import next_number, normalize_order_number
from xltools.ledger.replay import Ledger


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of one notice; without `order` it is rejected."""

    order: str = ""
    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


def decide_changes(
    document: Document, ledger: Ledger, rules: Rules, tables: Mapping[str, Table], as_of: dt.date
) -> Decision:
    """The events of change notices; one of them goes in whole or not at all.

    A notice waits as `pending` for its signatures, one by telephone is `unconfirmed`, each of its rows a change of its
    own. It takes over unconfirmed changes of the same cells, or those that it names. The same notice again, with
    further signatures, says what is new in it. One that is refused in it closes the change. Errors beside those of
    read_rows: order-unknown, change-of-cancelled, change-stale, change-number-taken, change-unknown,
    change-already-open, change-by-tick, delay-by-missing. Warnings: change-number-assigned, rush-displaces-unnamed,
    signature-unclear, and those of who signed.
    """
    known = ledger.accepted.get(document.sha256)
    if known and not known.partly:
        return Decision(orders=known.orders, duplicate=True)
    judge = _NoticeJudge(document, ledger, rules, tables, as_of)
    verdicts = [judge.judge(record) for record in document.records]
    rejected = [record for record, verdict in zip(document.records, verdicts, strict=True) if not verdict.order]
    orders = tuple(dict.fromkeys(verdict.order for verdict in verdicts if verdict.order))
    events = tuple(event for verdict in verdicts for event in verdict.events)
    whole = not rejected and not document.rejected
    return Decision(
        events=events,
        orders=orders,
        rejected=(*document.rejected, *rejected),
        problems=tuple(problem for verdict in verdicts for problem in verdict.problems),
        duplicate=whole and bool(orders) and not events and not known,
    )


class _NoticeJudge:
    """Judges the notices of one document; keeps in mind which numbers it has given, and which cells are spoken for."""

    def __init__(
        self, document: Document, ledger: Ledger, rules: Rules, tables: Mapping[str, Table], as_of: dt.date
    ) -> None:
        self.document, self.ledger, self.rules, self.tables, self.as_of = document, ledger, rules, tables, as_of
        self.told = find_conventions(rules, rules.layouts.get(document.layout), as_of)
        self.taken = set(ledger.change_numbers)

    def judge(self, record: Record) -> _Verdict:
        """What becomes of one notice."""
        spot = record.values.get("order_no")
        place = spot.place if spot else record.place
        order = self.ledger.find_order(record.text("order_no"))
        if order is None:
            return _Verdict(problems=(error("order-unknown", place, "order_no", value=record.text("order_no")),))
        if order.cancelled:
            return _Verdict(problems=(error("change-of-cancelled", place, "order_no", order=order.number, line="—"),))
        if record.get("decision") == "refuse":
            return self._refuse(record, order)
        if record.get("source") == "phone":
            return self._take_call(record, order)
        return self._take_notice(record, order)

    def _refuse(self, record: Record, order: Order) -> _Verdict:
        """A notice that says no to open changes, named as its own number or as those it confirms."""
        named = [*self._numbers(record, "confirms"), *self._numbers(record, "change_no")]
        if unknown := self._find_unknown(record, order, named):
            return _Verdict(problems=(unknown,))
        open_ones = {one.number for one in order.open_changes}
        spot = record.values["decision"].place
        events = tuple(
            Event(
                EventKind.CHANGE_REFUSED,
                self.as_of,
                spot,
                order.number,
                {"change": number, "reason": record.text("reason")},
                self.document.sha256,
                record.text("approver") or self._by(record),
            )
            for number in named
            if number in open_ones
        )
        if not named:
            return _Verdict(problems=(error("change-unknown", spot, "confirms", value="—", order=order.number),))
        return _Verdict(order.number, events)

    def _take_call(self, record: Record, order: Order) -> _Verdict:
        """What was told by telephone: each row by itself waits to be confirmed; a later call replaces an earlier."""
        read = [self._read(record, [row], order) for row in record.lines]
        problems = tuple(problem for one in read for problem in one.problems)
        if any(problem.is_error for problem in problems):
            return _Verdict(problems=problems)
        events: list[Event] = []
        for row, one in zip(record.lines, read, strict=True):
            if not one.items or self._find_same(order, one, "unconfirmed"):
                continue
            number = self._assign()
            problems += (warning("change-number-assigned", row.place, "what", change=number, order=order.number),)
            confirms = self._taken_over(order, one.items, ())
            call = replace(record, values={**record.values, **row.values})
            events.append(self._request(call, order, number, one.items, "unconfirmed", confirms, row.place))
        return _Verdict(order.number, tuple(events), problems)

    def _take_notice(self, record: Record, order: Order) -> _Verdict:
        read = self._read(record, record.lines, order)
        number = normalize_order_number(record.text("change_no"))
        known = next((one for one in order.changes if one.number == number), None) if number else None
        known = known or (None if number else self._find_same(order, read, "pending"))
        if known and known.state != "unconfirmed" and read.asked and read.asked <= asked_by(known.items):
            return self._take_again(record, order, known)
        problems = list(read.problems)
        if known is None or known.state == "unconfirmed":
            problems += find_stale(record, order, self.rules)
        if (known and known.state != "unconfirmed") or (number in self.taken and not known):
            spot = record.values["change_no"]
            problems.append(error("change-number-taken", spot.place, "change_no", change=number))
        named = self._numbers(record, "confirms")
        if unknown := self._find_unknown(record, order, named):
            problems.append(unknown)
        items, ticked = self._add_ticked(record, read.items, order)
        problems += [*ticked, *check_notice(record, order, items, self.ledger)]
        if not items and not any(problem.is_error for problem in problems):
            return self._say_nothing(record, order, read)
        if any(problem.is_error for problem in problems):
            return _Verdict(problems=tuple(problems))
        if not number:
            number = self._assign()
            told_number = {"change": number, "order": order.number}
            problems.append(warning("change-number-assigned", record.place, "change_no", **told_number))
        self.taken.add(number)
        confirms = [one for one in self._taken_over(order, items, named) if one != number]
        event = self._request(record, order, number, items, "pending", confirms, record.place)
        signed, told = sign_events(record, number, order, self.document, self.rules, self.tables, self.as_of)
        return _Verdict(order.number, (event, *signed), (*problems, *told))

    def _say_nothing(self, record: Record, order: Order, read: ReadRows) -> _Verdict:
        """A notice that changes nothing is none, unless it is one that was approved and comes once more."""
        if any(read.asked and read.asked <= asked_by(one.items) for one in order.changes if one.state == "approved"):
            return _Verdict(order.number)
        given = next((row.values["after"] for row in record.lines if "after" in row.values), None)
        told = [problem for problem in read.problems if problem.code != "change-nothing-new"]
        place, value = (given.place, str(given.value)) if given else (record.place, "—")
        return _Verdict(problems=(*told, error("change-nothing-new", place, "after", value=value)))

    def _take_again(self, record: Record, order: Order, known: Change) -> _Verdict:
        """A notice that the ledger has: what it says besides its rows may be new, such as signatures."""
        if known.state != "pending":
            return _Verdict(order.number)
        events: list[Event] = []
        if _plain(record.values) != _plain(known.values):
            items = known.items
            confirms = self._numbers(record, "confirms")
            events.append(self._request(record, order, known.number, items, "pending", confirms, record.place))
        signed, told = sign_events(record, known.number, order, self.document, self.rules, self.tables, self.as_of)
        return _Verdict(order.number, (*events, *signed), told)

    def _read(self, record: Record, rows: Sequence[Record], order: Order) -> ReadRows:
        return read_rows(rows, order, record.get("requested_by") == "customer", self.rules, self.told)

    def _request(
        self,
        record: Record,
        order: Order,
        number: str,
        items: Sequence[ChangeItem],
        state: str,
        confirms: Sequence[str],
        place: Place,
    ) -> Event:
        words = change_words(self.rules)
        kinds = {kind_of(item) for item in items if item.field != "amount"} or {kind_of(item) for item in items}
        body = {
            "change": number,
            "kinds": list(words.sort_kinds({*kinds, *record.text("kinds").split()})),
            "revision": order.revision,
            "state": state,
            "values": encode_values(dict(record.values), self.document.sha256),
            "items": [write_item(item, self.document.sha256) for item in items],
            "confirms": list(confirms),
        }
        sha256 = self.document.sha256
        return Event(EventKind.CHANGE_REQUESTED, self.as_of, place, order.number, body, sha256, self._by(record))

    def _by(self, record: Record) -> str:
        return record.text("name") or record.text("said_by") or self.document.saved_by

    def _assign(self) -> str:
        number = next_number(self.rules.settings.number_series.change, self.as_of, self.taken)
        self.taken.add(number)
        return number

    def _numbers(self, record: Record, name: str) -> list[str]:
        return list(map(normalize_order_number, split_numbers(record.text(name))))

    def _find_unknown(self, record: Record, order: Order, named: Sequence[str]) -> Problem | None:
        known = {one.number for one in order.changes}
        for number in named:
            if number not in known:
                spot = record.values.get("confirms") or record.values["change_no"]
                return error("change-unknown", spot.place, "confirms", value=number, order=order.number)
        return None

    def _find_same(self, order: Order, read: ReadRows, state: str) -> Change | None:
        """An open change that asks for the same, of a notice that came without its number."""
        same = (one for one in order.open_changes if one.state == state)
        return next((one for one in same if read.asked and read.asked <= asked_by(one.items)), None)

    def _add_ticked(
        self, record: Record, items: Sequence[ChangeItem], order: Order
    ) -> tuple[tuple[ChangeItem, ...], list[Problem]]:
        """What is ticked and stands in no row: the order is held, taken up again or put first; no more is guessed."""
        given = record.values.get("kinds")
        told = {one.action for one in items}
        ticked = [kind for kind in record.text("kinds").split() if kind not in told]
        added = tuple(
            ChangeItem("", f"{ACTION}{kind}", None, None, given.place)
            for kind in ticked
            if given and kind in {"hold", "resume", "rush"}
        )
        untold = [kind for kind in ticked if kind in CLOSING]
        problems = [error("change-by-tick", given.place, "kinds", order=order.number)] if untold and given else []
        return (*items, *added), problems

    def _taken_over(self, order: Order, items: Sequence[ChangeItem], named: Sequence[str]) -> list[str]:
        """The unconfirmed changes of the same cells, and those that are named."""
        cells = touched_cells(items, order)
        unconfirmed = [one for one in order.open_changes if one.state == "unconfirmed"]
        return [one.number for one in unconfirmed if one.number in named or cells & touched_cells(one.items, order)]


def _plain(values: Mapping[str, Value]) -> str:
    """Values without their places, for comparing."""
    written = encode_values(dict(values))
    plain = {name: one[0] for name, one in written.items()} if isinstance(written, dict) else {}
    return canonical_json(plain)
