"""A desk with a mail server on loopback, for the tests of mails."""

import datetime as dt
import email
from email import policy
from zoneinfo import ZoneInfo

import openpyxl
from post_office import HOST, PASSWORD

from xltools import desk
from xltools.edge.mail import Mail, Mailbox
from xltools.edge.outbox import Outbox

ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = dt.date(2026, 4, 8)
NOW = dt.datetime(2026, 4, 8, 10, tzinfo=ZONE)
LI, SUN, QIAN = "li.wen@factory.example", "sun.hao@factory.example", "qian.li@factory.example"
PEOPLE = (("李雯", "sales", LI), ("孙浩", "production", SUN), ("钱丽", "quality", QIAN), ("何立", "sales", None))


def write_staff(folder, people=PEOPLE):
    """The staff list of a desk; its master data lie in the folder that its language calls so."""
    folders = folder.opened.folders
    path = folder.path / folders.master / folders.staff
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    top = next(row[0].row for row in page.iter_rows() if any("姓名" in str(cell.value) for cell in row))
    columns = {str(cell.value).split()[0].rstrip("*"): cell.column for cell in page[top] if cell.value}
    for at, (name, department, mail) in enumerate(people, top + 1):
        for label, value in (("姓名", name), ("部门", department), ("邮箱", mail)):
            page.cell(at, columns[label]).value = value
    book.save(path)


def set_mail(folder, port=0, server="", **settings):
    """What desk.yaml says of mails; a server on loopback where a port is given."""
    path = folder.path / "desk.yaml"
    text = path.read_text("utf-8").split("\nmail:")[0]
    lines = [f"\nmail:\n  sender: order-desk@factory.example\n  pmc: [{SUN}]"]
    if port:
        lines.append(f"  server: {{host: {HOST}, port: {port}, timeout: 10, {server or 'security: none'}}}")
    lines += [f"  {name}: {value}" for name, value in settings.items()]
    path.write_text(text + "\n".join(lines) + "\n", "utf-8")


def letter(subject="测试", to=((LI, "李雯"),), day=WEDNESDAY):
    """A short mail."""
    when = dt.datetime.combine(day, dt.time(8), ZONE)
    boxes = tuple(Mailbox(*one) for one in to)
    sender = Mailbox("order-desk@factory.example", "示例制造")
    return Mail(sender, boxes, subject, "内容\n", "<p>内容</p>", when, b"PK\x03\x04", "逾期日报-2026-04-08.xlsx")


def send(folder, now=NOW, step=lambda _: None, opened=None, **environment):
    """What is due at that time; a desk that is `opened` already need not read its rules again."""
    environment = {"XLTOOLS_MAIL_PASSWORD": PASSWORD, **environment}
    return desk.send_due_mail(opened or folder.opened, now, desk.Postman(environment=environment, step=step))


def later(**span):
    return NOW + dt.timedelta(**span)


def codes(result):
    return [problem.code for problem in result.problems]


def outbox(folder):
    return Outbox(folder.path / ".desk" / "mail")


def states(folder):
    """How far each mail is, waiting ones first."""
    box = outbox(folder)
    ended = [mail for month in sorted((box.folder / "sent").glob("*")) for mail in box.list_ended(month.name)]
    return [mail.state for mail in (*box.list_waiting()[0], *ended)]


def parse(content):
    return email.message_from_bytes(content, policy=policy.default)


def eml_files(folder):
    return sorted((folder.path / folder.opened.folders.outbox).glob("*.eml"))
