"""A new desk, the sample desk, and the templates that both are given."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

from xltools.books.build import build_workbook
from xltools.core.place import Place
from xltools.core.problem import error
from xltools.core.text import Language
from xltools.desk.failure import UsageError
from xltools.desk.session import SETTINGS_FILE, Desk, load_messages, master_path, open_desk_at
from xltools.desk.shared_workbooks import PRICES_TEMPLATE, REVIEW_TEMPLATE, TEMPLATES, TRACKER_TEMPLATE
from xltools.edge.confirmation_template import build_confirmation_template
from xltools.edge.contract_template import build_contract_template
from xltools.edge.delivery_note_template import (
    DELIVERY_NOTE_SIZES,
    build_delivery_note_template,
    delivery_note_template_name,
)
from xltools.edge.packing_list_template import PACKING_LIST_TEMPLATE, build_packing_list_template
from xltools.edge.production_order_template import PRODUCTION_ORDER_TEMPLATE, build_production_order_template
from xltools.edge.proforma_template import build_proforma_template
from xltools.forms.model import Layout
from xltools.forms.rules import Rules
from xltools.forms.template import build_template
from xltools.ledger.review import REVIEW_FORM
from xltools.reports.shared_template import prices_grids, review_grids, template_grids
from xltools.reports.tracker import tracker_grid
from xltools.resources import resource_root

TEMPLATES_AS_OF = dt.date(2026, 1, 1)  # the date that templates carry, so that building them again changes nothing
_CHINESE_FOLDERS = """\
folders:
  inbox: 收件箱
  review: 评审
  review_list: 评审清单.xlsx
  meeting: 会议
  review_sheet: 订单评审表
  returned: 退回
  papers: 单据
  archive: 归档
  outbox: 发件箱
  master: 基础资料
  tracker: 订单总表.xlsx
  prices: 价格表.xlsx
  buttons: 订单助手.xlsm
  customers: 客户.xlsx
  products: 产品.xlsx
  stock: 库存.xlsx
  staff: 人员.xlsx
"""
_SETTINGS = {
    "en": """\
# This desk's settings. What is not given here is as in the package's rules/settings.yaml.
language: en
# company: {{name: {{zh: 示例制造有限公司, en: Example Manufacturing Co.}}}}
# time_zone: Asia/Shanghai
""",
    "zh": """\
# 本订单台的设置；未写的按软件自带的 rules/settings.yaml。
language: zh
# company: {{name: {{zh: 示例制造有限公司, en: Example Manufacturing Co.}}}}
# time_zone: Asia/Shanghai
{folders}""",
}


def create_desk(path: Path, language: Language) -> Desk:
    """A new desk with folders, empty master data and blank forms; UsageError where something lies there already."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError([error("desk-exists", Place(str(path)), path=path)])
    path.mkdir(parents=True, exist_ok=True)
    settings = _SETTINGS[language].format(folders=_CHINESE_FOLDERS)
    (path / SETTINGS_FILE).write_text(settings, "utf-8", newline="\n")
    desk = open_desk_at(path)
    _make_folders(desk)
    templates = resource_root() / "templates"
    for form in desk.rules.forms.values():
        for layout in desk.rules.layouts_of(form.name):
            if layout.template and form.purpose == "master":
                target = path / master_path(form, desk.rules)
            elif layout.template:
                target = path / "templates" / layout.template
            else:
                continue
            shutil.copyfile(templates / str(layout.template), target)
    return desk


def _make_folders(desk: Desk) -> None:
    folders = desk.folders
    names = (folders.inbox, folders.review, folders.returned, folders.papers, folders.archive, folders.outbox)
    for name in (*names, folders.master, "rules", "templates"):
        (desk.path / name).mkdir(exist_ok=True)
    for department in desk.rules.routes.departments:
        (desk.path / folders.review / department.name).mkdir(exist_ok=True)


def template_folder() -> Path:
    """Where the package's own templates lie."""
    return resource_root() / "templates"


def build_templates(rules: Rules) -> Iterator[tuple[str, bytes]]:
    """The file name and bytes of each template that is made from rules."""
    for layout in rules.layouts.values():
        if layout.template:
            yield layout.template, _build_form_template(layout, rules)
    says = tuple(load_messages().speaker(language) for language in ("zh", "en"))
    tracker = (tracker_grid(rules, TEMPLATES_AS_OF, says), *template_grids(rules, says))
    yield TRACKER_TEMPLATE, build_workbook(tracker, TEMPLATES_AS_OF, title=says[0]("ui-tracker-title"))
    yield PRICES_TEMPLATE, build_workbook(prices_grids(rules), TEMPLATES_AS_OF, title=says[0]("ui-prices-title"))
    if REVIEW_FORM in rules.forms:
        yield REVIEW_TEMPLATE, build_workbook(review_grids(rules), TEMPLATES_AS_OF, title=says[0]("ui-review-title"))
    yield from build_paper_templates()


def build_paper_templates() -> Iterator[tuple[str, bytes]]:
    """The file name and bytes of each template that papers are made from."""
    yield "sales-contract.docx", build_contract_template()
    yield "order-confirmation.docx", build_confirmation_template()
    yield "proforma-invoice.docx", build_proforma_template()
    yield PRODUCTION_ORDER_TEMPLATE, build_production_order_template()
    yield PACKING_LIST_TEMPLATE, build_packing_list_template()
    for size in DELIVERY_NOTE_SIZES:
        for priced in (False, True):
            yield delivery_note_template_name(size, priced), build_delivery_note_template(size, priced)


def _build_form_template(layout: Layout, rules: Rules) -> bytes:
    form = rules.forms[layout.form]
    grids = build_template(form, layout)
    return build_workbook(grids, TEMPLATES_AS_OF, {"xltools-form": form.name}, form.label.text.both)


def write_templates(rules: Rules, folder: Path) -> tuple[str, ...]:
    """Writes the templates that differ from what lies in the folder; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(name for name, content in build_templates(rules) if _write_changed(folder / name, content))


def write_desk_templates(rules: Rules, folder: Path) -> tuple[str, ...]:
    """Writes a desk's own blank forms; gives the names of those written.

    One that stands there may have been restyled: the new one goes beside it as `<name>.new.xlsx`. Tracker and papers
    stay the package's until somebody puts another into the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    own = {*TEMPLATES, *(name for name, _ in build_paper_templates())}
    for name, content in build_templates(rules):
        target = folder / name
        if name in own or (target.is_file() and target.read_bytes() == content):
            continue
        if target.exists():
            target = target.with_name(f"{target.stem}.new{target.suffix}")
        if _write_changed(target, content):
            written.append(target.name)
    return tuple(written)


def stale_templates(rules: Rules, folder: Path) -> tuple[str, ...]:
    """The templates in a folder that are not as the rules would make them."""
    return tuple(
        name
        for name, content in build_templates(rules)
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    )


def _write_changed(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True
