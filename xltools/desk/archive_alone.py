"""A desk of which nothing but archive/ is left: settings, rules, master data and templates as its last run had them."""

from collections.abc import Iterator
from pathlib import Path

from xltools.core.text import Language
from xltools.desk.manifest import list_manifests, read_layers, read_manifest
from xltools.desk.session import SETTINGS_FILE, Desk, Layers, load_messages, master_path, open_desk_at, package_layer
from xltools.desk.snapshot import master_copy, rules_copy, template_copy
from xltools.edge.links import is_link
from xltools.forms.load import load_rules
from xltools.resources import resource_root


def open_desk_or_archive(path: Path, language: Language | None = None) -> Desk:
    """The desk in a folder, or one whose archive/ alone was copied there, or is that folder.

    UsageError where neither is found, RulesError where rules are wrong.
    """
    if (path / SETTINGS_FILE).is_file() or not path.is_dir():
        return open_desk_at(path, language)
    inner = (folder for folder in sorted(path.iterdir()) if folder.is_dir() and not is_link(folder))
    for folder in (path.resolve(), *inner):
        layers = _read_last_layers(folder)
        rules = load_rules(layers)[0] if layers else None
        if rules is not None and rules.settings.folders.archive == folder.name:
            return Desk(folder.parent, rules, layers, load_messages(), language or rules.settings.language)
    return open_desk_at(path, language)


def recall_files(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """What lay in the desk besides archive/ when its last run was: desk-relative path and content.

    Of rules, master data and templates only what the run depended on; templates as the package has them are not given.
    """
    archive = desk.folders.archive
    for name, text in desk.layers[-1].items():
        yield SETTINGS_FILE if name == "settings.yaml" else f"rules/{name}", text.encode()
    last = read_manifest(list_manifests(desk.path / archive)[-1].read_bytes())
    for form, sha256 in last.master.items():
        if form in desk.rules.forms:
            copy = desk.path / master_copy(archive, sha256)
            yield master_path(desk.rules.forms[form], desk.rules), copy.read_bytes() if copy.is_file() else b""
    for name, sha256 in last.templates.items():
        copy, own = desk.path / template_copy(archive, name, sha256), resource_root() / "templates" / name
        content = copy.read_bytes() if copy.is_file() else b""
        if content and not (own.is_file() and own.read_bytes() == content):
            yield f"templates/{name}", content


def _read_last_layers(folder: Path) -> Layers:
    """The package's rules with the desk's own of the last run over them; none where this is no archive/."""
    # The desk around an archive/ is looked through too: only what lies as deep as manifests do.
    if not any(folder.glob("[0-9]*/[0-9]*/run-*.json")):
        return ()
    for path in reversed(list_manifests(folder)):
        try:
            manifest = read_manifest(path.read_bytes())
            layers = read_layers((folder.parent / rules_copy(folder.name, manifest.rules)).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return (package_layer(), layers[-1])
    return ()
