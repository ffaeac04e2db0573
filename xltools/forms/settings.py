"""A desk's settings, as types: rules/settings.yaml overlaid by the desk's desk.yaml."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from xltools.core.text import Language
from xltools.core.units import Unit, Units
from xltools.forms.limits import Limits, RuleModel
from xltools.forms.mail_settings import MailSettings
from xltools.forms.model import DateOrder, Label

_NO_ADDRESS = Label(zh="", en="")
UnitName = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9]*$")]


@dataclass(frozen=True, kw_only=True)
class Company(RuleModel):
    """The factory itself, as its papers name it."""

    name: Label
    address: Label = _NO_ADDRESS
    representative: str = ""
    phone: str = ""
    tax_number: str = ""
    bank: str = ""
    account: str = ""


@dataclass(frozen=True, kw_only=True)
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
    buttons: str = "order-desk.xlsm"
    customers: str = "customers.xlsx"
    products: str = "products.xlsx"
    stock: str = "stock.xlsx"
    staff: str = "staff.xlsx"


@dataclass(frozen=True, kw_only=True)
class NumberSeries(RuleModel):
    """Patterns of the desk's own numbers: `{yyyy}` `{yy}` `{mm}` `{dd}` from the as-of date, `{n:04}` the counter."""

    order: str = "SO{yyyy}{mm}-{n:03}"
    contract: str = "HT{yyyy}{mm}-{n:03}"
    change: str = "CN{yyyy}{mm}-{n:03}"
    delivery_note: str = "DN{yyyy}{mm}-{n:03}"
    production_order: str = "MO{yyyy}{mm}-{n:03}"


@dataclass(frozen=True, kw_only=True)
class Lateness(RuleModel):
    """When a delivery is late or at risk.

    `warn_days` are working days. With `due_means: arrive` goods must leave `transit_days` (calendar days) earlier. A
    line is not open once what is left is within `short_tolerance` (a fraction of the ordered quantity).
    """

    warn_days: Annotated[int, Limits(ge=0)] = 5
    due_means: Literal["ship", "arrive"] = "ship"
    transit_days: Annotated[int, Limits(ge=0)] = 0
    short_tolerance: Annotated[Decimal, Limits(ge=0, lt=1)] = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class DeliveryNotePaper(RuleModel):
    """What delivery notes are printed on (241 mm: continuous paper, dot-matrix printers), and whether with prices."""

    size: Literal["241x140", "241x280", "a4"] = "241x140"
    prices: bool = False


@dataclass(frozen=True, kw_only=True)
class PaperSettings(RuleModel):
    """How papers are printed."""

    delivery_note: DeliveryNotePaper = DeliveryNotePaper()


@dataclass(frozen=True, kw_only=True)
class ReadingSettings(RuleModel):
    """What is settled of dates that could mean several days; nothing, unless a desk says so.

    `date_order` is for `03/04/19`. With `yearless: next`, `6月1日` is the next such day from the day received on.
    """

    date_order: DateOrder | None = None
    yearless: Literal["ask", "next"] = "ask"


@dataclass(frozen=True, kw_only=True)
class UnitOfMeasure(RuleModel):
    """A unit and the words for it; `base` is the unit it is counted in, and `factor` how many of these make one."""

    name: UnitName
    aliases: tuple[str, ...] = ()
    base: UnitName | None = None
    factor: Annotated[Decimal, Limits(gt=0)] = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Runs(RuleModel):
    """How long a run waits for another one to end, in seconds."""

    wait_seconds: Annotated[int, Limits(ge=0, le=3600)] = 30


@dataclass(frozen=True, kw_only=True)
class Ledger(RuleModel):
    """Where the ledger is kept: a SQLAlchemy URL, or empty for .desk/ledger.db."""

    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ScheduledSettings(RuleModel):
    """What scheduled runs leave behind, and when they tell that they fail.

    The same trouble is told again after `notify_again_hours`; one that goes by itself, such as an open workbook, when
    it has lasted `patience_minutes`. The log is begun anew at `log_kilobytes`, with `log_files` old ones kept.
    """

    notify_again_hours: Annotated[int, Limits(ge=1)] = 24
    patience_minutes: Annotated[int, Limits(ge=0)] = 120
    log_kilobytes: Annotated[int, Limits(ge=10)] = 1000
    log_files: Annotated[int, Limits(ge=1)] = 10


@dataclass(frozen=True, kw_only=True)
class Backup(RuleModel):
    """The backups that runs make, one a day: where (empty: .desk/backups/), and of how many days, weeks and months."""

    automatic: bool = True
    folder: str = ""
    daily: Annotated[int, Limits(ge=1)] = 7
    weekly: Annotated[int, Limits(ge=0)] = 5
    monthly: Annotated[int, Limits(ge=0)] = 12


@dataclass(frozen=True, kw_only=True)
class Settings(RuleModel):
    """The desk's settings: rules/settings.yaml overlaid by the desk's desk.yaml."""

    company: Company
    language: Language
    time_zone: str
    folders: Folders = Folders()
    number_series: NumberSeries = NumberSeries()
    lateness: Lateness = Lateness()
    ledger: Ledger = Ledger()
    backup: Backup = Backup()
    runs: Runs = Runs()
    mail: MailSettings = field(default_factory=MailSettings)
    reading: ReadingSettings = ReadingSettings()
    units: tuple[UnitOfMeasure, ...] = ()
    papers: PaperSettings = PaperSettings()
    scheduled: ScheduledSettings = ScheduledSettings()

    @cached_property
    def known_units(self) -> Units:
        """The units by all words for them."""
        return Units(Unit(one.name, one.aliases, one.base or "", one.factor) for one in self.units)
