"""Change notices: what they ask for, and what becomes of them."""

import datetime as dt
from collections.abc import Iterable, Mapping

from xltools.core.event import Event
from xltools.core.order import Order
from xltools.core.record import Document, Table
from xltools.forms.rules import Rules
from xltools.ledger.decide import Decision
from xltools.ledger.replay import Ledger


def decide_changes(
    document: Document, ledger: Ledger, rules: Rules, tables: Mapping[str, Table], as_of: dt.date
) -> Decision:
    """The events of a change notice."""
    del ledger, rules, tables, as_of
    return Decision(rejected=document.records)


def settle_changes(orders: Iterable[Order], ledger: Ledger, rules: Rules, as_of: dt.date) -> tuple[Event, ...]:
    """The events that approve or refuse the changes of these orders on which all has been said."""
    del orders, ledger, rules, as_of
    return ()
