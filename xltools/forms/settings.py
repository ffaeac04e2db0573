"""A desk's settings, as types: rules/settings.yaml overlaid by the desk's desk.yaml."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as PydanticField
from pydantic import StringConstraints

from xltools.core.text import Language
from xltools.core.units import Unit, Units
from xltools.forms.model import DateOrder, Label, RuleModel

UnitName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*$")]


class Company(RuleModel):
    """The factory itself, as its papers name it."""

    name: Label
    address: Label = Label(zh="", en="")
    representative: str = ""
    phone: str = ""
    tax_number: str = ""
    bank: str = ""
    account: str = ""


class Folders(RuleModel):
    """What the desk's folders and files are called.

    A department's `review_list` and the folder of the sheets for meetings lie in review/; `review_sheet` is the first
    part of such a sheet's file name.
    """

    inbox: str = "inbox"
    review: str = "review"
    review_list: str = "review-list.xlsx"
    meeting: str = "meeting"
    review_sheet: str = "order-review"
    returned: str = "returned"
    papers: str = "papers"
    archive: str = "archive"
    outbox: str = "outbox"
    master: str = "master"
    tracker: str = "order-tracker.xlsx"
    prices: str = "order-prices.xlsx"
    customers: str = "customers.xlsx"
    products: str = "products.xlsx"
    stock: str = "stock.xlsx"
    staff: str = "staff.xlsx"


class NumberSeries(RuleModel):
    """Patterns of the desk's own numbers: `{yyyy}` `{yy}` `{mm}` `{dd}` from the as-of date, `{n:04}` the counter."""

    order: str = "SO{yyyy}{mm}-{n:03}"
    contract: str = "HT{yyyy}{mm}-{n:03}"
    change: str = "CN{yyyy}{mm}-{n:03}"
    delivery_note: str = "DN{yyyy}{mm}-{n:03}"
    production_order: str = "MO{yyyy}{mm}-{n:03}"


class Lateness(RuleModel):
    """When a delivery is late or at risk.

    `warn_days` are working days. With `due_means: arrive` goods must leave `transit_days` (calendar days) earlier. A
    line is not open once what is left is within `short_tolerance` (a fraction of the ordered quantity).
    """

    warn_days: int = PydanticField(default=5, ge=0)
    due_means: Literal["ship", "arrive"] = "ship"
    transit_days: int = PydanticField(default=0, ge=0)
    short_tolerance: Decimal = PydanticField(default=Decimal(0), ge=0, lt=1)


class DeliveryNotePaper(RuleModel):
    """What delivery notes are printed on (241 mm: continuous paper, dot-matrix printers), and whether with prices."""

    size: Literal["241x140", "241x280", "a4"] = "241x140"
    prices: bool = False


class PaperSettings(RuleModel):
    """How papers are printed."""

    delivery_note: DeliveryNotePaper = DeliveryNotePaper()


class ReadingSettings(RuleModel):
    """What is settled of dates that could mean several days; nothing, unless a desk says so.

    `date_order` is for `03/04/19`. With `yearless: next`, `6月1日` is the next such day from the day received on.
    """

    date_order: DateOrder | None = None
    yearless: Literal["ask", "next"] = "ask"


class UnitOfMeasure(RuleModel):
    """A unit and the words for it; `base` is the unit it is counted in, and `factor` how many of these make one."""

    name: UnitName
    aliases: tuple[str, ...] = ()
    base: UnitName | None = None
    factor: Decimal = PydanticField(default=Decimal(1), gt=0)


class MailSettings(RuleModel):
    """Whom mails come from, and who gets PMC's: the production department's people where `pmc` names no address."""

    sender: str = "order-desk@localhost"
    pmc: tuple[str, ...] = ()


class Ledger(RuleModel):
    """Where the ledger is kept: a SQLAlchemy URL, or empty for .desk/ledger.db."""

    url: str = ""


class Settings(RuleModel):
    """The desk's settings: rules/settings.yaml overlaid by the desk's desk.yaml."""

    company: Company
    language: Language
    time_zone: str
    folders: Folders = Folders()
    number_series: NumberSeries = NumberSeries()
    lateness: Lateness = Lateness()
    ledger: Ledger = Ledger()
    mail: MailSettings = MailSettings()
    reading: ReadingSettings = ReadingSettings()
    units: tuple[UnitOfMeasure, ...] = ()
    papers: PaperSettings = PaperSettings()

    @cached_property
    def known_units(self) -> Units:
        """The units by all words for them."""
        return Units(Unit(one.name, one.aliases, one.base or "", one.factor) for one in self.units)
