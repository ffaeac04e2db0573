"""A digest in words: its subject, and the text that is read in a mail or pasted into a chat."""

from collections.abc import Iterator

from xltools.core.text import Language, Text
from xltools.forms.messages import Say
from xltools.reports.digest import Digest, DigestItem, ToldRow, item_quantity
from xltools.reports.late import Kind, group_spot, group_waiting
from xltools.reports.screen import cut_to_width, normalize_line

MOST_IN_MAIL, MOST_IN_CHAT = 40, 8  # items of a kind; the workbook has all
_LONGEST_NAME = 24  # columns of a customer's or product's name in a chat

KIND_LABELS: dict[Kind, Text] = {
    "late": Text("逾期", "Late"),
    "at-risk": Text("临期", "At risk"),
    "review": Text("评审超时", "Reviews overdue"),
    "acceptance": Text("任务未接收", "Tasks not accepted"),
    "condition": Text("条件未完成", "Conditions open"),
    "change": Text("变更未办", "Changes waiting"),
    "signature": Text("合同未签回", "Signatures overdue"),
    "payment": Text("款项未到", "Payments overdue"),
    "production": Text("生产超时", "Production overdue"),
    "acknowledgement": Text("未签收", "Receipts overdue"),
}


def digest_subject(digest: Digest, language: Language, say: Say) -> str:
    """The subject of the mail: the day, and how many there are of each kind."""
    return say("ui-digest-subject", as_of=digest.as_of.isoformat(), counts=count_words(digest, language, say))


def count_words(digest: Digest, language: Language, say: Say) -> str:
    """How many there are of each kind, in one line: `Late 3, At risk 2`."""
    words = [f"{KIND_LABELS[kind].in_language(language)} {count}" for kind, count in digest.counts.items()]
    if digest.held:
        words.append(f"{say('ui-digest-held')} {len(digest.held)}")
    return say("ui-list-separator").join(words)


def change_since(digest: Digest, say: Say) -> str:
    """What changed since the last digest, in numbers; empty where there was none."""
    if digest.since is None:
        return ""
    new, worse, gone = digest.count_trend("new"), digest.count_trend("worse"), len(digest.gone)
    if not (new or worse or gone):
        return say("ui-digest-unchanged", since=digest.since.isoformat())
    return say("ui-digest-changed", since=digest.since.isoformat(), new=new, worse=worse, gone=gone)


def gone_words(row: ToldRow, language: Language) -> str:
    """A row of the last digest that is no more: `SO-1-2 (Late)`."""
    kind, order, line = row[:3]
    label = next((words.in_language(language) for name, words in KIND_LABELS.items() if name == kind), kind)
    spot = f"{order}-{line}" if line else order
    return f"{spot}（{label}）" if language == "zh" else f"{spot} ({label})"


def days_words(item: DigestItem, digest: Digest, say: Say) -> str:
    """How late an item is, or how long it has left."""
    row = item.first
    if row.kind == "at-risk":
        days = (row.due - digest.as_of).days
        return say("ui-digest-days-left", days=days) if days else say("ui-digest-due-today")
    return say("ui-digest-days-late", days=row.days_late)


def digest_text(digest: Digest, language: Language, say: Say, most: int = MOST_IN_MAIL) -> Iterator[str]:
    """The digest as short lines without any table, `most` items of a kind: they stand in a chat on a telephone, too."""
    yield say("ui-digest-title", name=digest.name, as_of=digest.as_of.isoformat())
    yield count_words(digest, language, say)
    if changed := change_since(digest, say):
        yield changed
    for kind, count in digest.counts.items():
        yield ""
        yield say("ui-digest-section", label=KIND_LABELS[kind].in_language(language), count=count)
        for at, item in enumerate(digest.items_of(kind)[:most], start=1):
            yield from _item_lines(at, item, digest, say)
        if count > most:
            yield say("ui-digest-more", count=count - most)
    if digest.held:
        yield ""
        yield say("ui-digest-section", label=say("ui-digest-held"), count=len(digest.held))
        yield from (
            normalize_line(" ".join((one.order, one.customer, one.reason))).rstrip() for one in digest.held[:most]
        )
        if len(digest.held) > most:
            yield say("ui-digest-more", count=len(digest.held) - most)
    if digest.gone:
        yield ""
        yield say("ui-digest-section", label=say("ui-digest-gone"), count=len(digest.gone))
        words = [gone_words(row, language) for row in digest.gone[:most]]
        more = [say("ui-digest-more", count=len(digest.gone) - most)] if len(digest.gone) > most else []
        yield say("ui-list-separator").join([*words, *more])


def _item_lines(at: int, item: DigestItem, digest: Digest, say: Say) -> Iterator[str]:
    row = item.first
    mark = f" [{say(f'ui-digest-{item.trend}')}]" if item.trend and digest.since else ""
    customer, product = (cut_to_width(text, _LONGEST_NAME) for text in (row.customer, item.product))
    head = " ".join(part for part in (f"{at}. {group_spot(item.rows, say)}", customer, product) if part)
    yield normalize_line(f"{head} {days_words(item, digest, say)}{mark}")
    facts = [facts_words(item, say)]
    if waiting := group_waiting(item.rows, say):
        facts.append(say("ui-digest-waits", waiting=waiting))
    yield from (f"   {normalize_line(words)}" for words in (*facts, row.remark) if words)


def facts_words(item: DigestItem, say: Say) -> str:
    """What is open and when it was due; of a task since when it is awaited."""
    row = item.first
    if quantity := item_quantity(item):
        code = "ui-digest-open" if row.promised else "ui-digest-open-unpromised"
        return say(code, quantity=quantity, due=row.due.isoformat())
    return say("ui-digest-since", since=row.since.isoformat() if row.since else "-", due=row.due.isoformat())
