"""Overlays: what a desk says over the package's own rules."""

from collections.abc import Mapping

from xltools.core.problem import Problem
from xltools.forms.nearest import nearest_word
from xltools.forms.source import Entry, Node, rule_error

# What tells the entries of a list apart, in the order it is looked for: a check has `code` and `field`.
IDENTITY_KEYS = ("name", "code", "column", "value", "field")


def merge_nodes(base: Node, overlay: Node, problems: list[Problem]) -> Node:
    """The overlay over the base; every node keeps the mark of the file it comes from.

    Mappings are merged deep, and a null takes a key away. Lists whose entries have an identity (`name`, `code`, …) are
    merged by it: known ones in place, new ones appended; `remove: true` takes an entry away, `after: NAME` moves it.
    Other lists are replaced, and an empty list empties. Adds to `problems` what does not apply.
    """
    if isinstance(base.value, dict) and isinstance(overlay.value, dict):
        return _merge_mappings(base, overlay, problems)
    key = _identity_key(base)
    if key and overlay.items and all(item.entries for item in overlay.items):
        return _merge_lists(base, overlay, key, problems)
    return overlay


def _merge_mappings(base: Node, overlay: Node, problems: list[Problem]) -> Node:
    merged: dict[str, Entry] = dict(base.entries)
    for key, entry in overlay.entries.items():
        known = merged.get(key)
        node = merge_nodes(known.node, entry.node, problems) if known else entry.node
        merged[key] = Entry(entry.key_mark, node)
    return Node(merged, base.mark)


def _merge_lists(base: Node, overlay: Node, key: str, problems: list[Problem]) -> Node:
    order: list[str] = [_identity(item, key) for item in base.items]
    merged: dict[str, Node] = dict(zip(order, base.items, strict=True))
    seen: set[str] = set()
    for position, item in enumerate(overlay.items):
        name = _identity(item, key)
        spot = item.find(key).mark
        if name and name in seen:
            problems.append(rule_error("rule-duplicate-name", spot, name=name))
            continue
        seen.add(name)
        entries = dict(item.entries)
        after, remove = entries.pop("after", None), entries.pop("remove", None)
        if remove and remove.node.value is True:
            if merged.pop(name, None):
                order.remove(name)
            else:
                problems.append(_unknown_entry(item.find(key), name, merged))
            continue
        plain = Node(entries, item.mark)
        name = name or f"\n{position}"  # no identity: appended as it is, and found wanting by the model
        if name in merged:
            merged[name] = merge_nodes(merged[name], plain, problems)
        else:
            merged[name] = plain
            order.append(name)
        if after:
            goal = str(after.node.value)
            if goal in merged and goal != name:
                order.remove(name)
                order.insert(order.index(goal) + 1, name)
            else:
                problems.append(_unknown_entry(after.node, goal, merged))
    return Node(tuple(merged[name] for name in order), overlay.mark)


def _identity_key(base: Node) -> str | None:
    """The key whose scalar each entry of the list has and no two share."""
    for key in IDENTITY_KEYS:
        names = [_identity(item, key) for item in base.items]
        if names and all(names) and len(set(names)) == len(names):
            return key
    return None


def _identity(item: Node, key: str) -> str:
    entry = item.entries.get(key)
    known = entry is not None and isinstance(entry.node.value, str | int)
    return str(entry.node.value) if entry and known else ""


def _unknown_entry(spot: Node, name: str, known: Mapping[str, Node]) -> Problem:
    return rule_error(
        "rule-unknown-entry", spot.mark, got=name, expected=", ".join(known), nearest=nearest_word(name, known)
    )
