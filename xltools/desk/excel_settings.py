"""What the registry's values mean for macros in a workbook that lies in a certain place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from xltools.edge.windows_registry import OFFICE_VERSIONS, RegistryValue

Registry = Mapping[str, RegistryValue]

_OFFICE = r"software\microsoft\office"
_OFFICE_32 = r"software\wow6432node\microsoft\office"
_POLICIES = r"software\policies\microsoft\office"
_SIGNED_ONLY, _DISABLED = 3, 4  # VBAWarnings: 1 all macros, 2 ask, 3 only signed ones, 4 none
_PRINTABLE = re.compile(r"[^\x00-\x1f]{4,}")


@dataclass(frozen=True)
class Excel:
    """Excel as it is installed: its version in the registry, bits (0: not said), and how it came."""

    version: str
    bits: int
    is_click_to_run: bool

    def __str__(self) -> str:
        bits = f", {self.bits}-bit" if self.bits else ""
        return f"Excel {self.version}{bits}, {'Click-to-Run' if self.is_click_to_run else 'MSI'}"


@dataclass(frozen=True)
class ExcelSettings:
    """What holds for macros in the workbook.

    `disabled_by` is the setting that keeps unsigned macros from running, empty where none does; `is_policy` says that
    an administrator made it. `is_trusted`: the workbook lies in a trusted location. `is_internet_blocked`: macros in
    files from the internet are. `disabled` are the things that Excel switched off after a crash.
    """

    macros: str
    disabled_by: str
    is_policy: bool
    is_vba_off: bool
    is_trusted: bool
    is_internet_blocked: bool
    disabled: tuple[str, ...]


def find_excel(registry: Registry) -> Excel | None:
    """The newest Excel on the machine, None where there is none."""
    known = {key.casefold(): value for key, value in registry.items()}
    configuration = rf"hklm\{_OFFICE}\clicktorun\configuration"
    platform = known.get(rf"{configuration}\platform")
    for version in OFFICE_VERSIONS:
        native = rf"hklm\{_OFFICE}\{version}\excel\installroot\path" in known
        if native or rf"hklm\{_OFFICE_32}\{version}\excel\installroot\path" in known:
            # Click-to-Run is of 2016 and later: an older Excel beside it came by an installer of its own.
            is_click_to_run = platform is not None and version == OFFICE_VERSIONS[0]
            bits = (64 if platform == "x64" else 32) if is_click_to_run else 64 if native else 32
            return Excel(version, bits, is_click_to_run)
    if any(key.startswith(r"hklm\software\microsoft\windows\currentversion\app paths\excel.exe") for key in known):
        return Excel(OFFICE_VERSIONS[0], 0, platform is not None)
    return None


def read_settings(registry: Registry, excel: Excel, workbook: Path, is_network: bool) -> ExcelSettings:
    """What holds for macros in a workbook: policies go before the person's own settings."""
    known = {key.casefold(): value for key, value in registry.items()}
    policy = [rf"{root}\{_POLICIES}\{excel.version}" for root in ("hkcu", "hklm")]
    own = rf"hkcu\{_OFFICE}\{excel.version}"
    by_policy = _first(known, [rf"{key}\excel\security\vbawarnings" for key in policy])
    warnings = by_policy or _first(known, [rf"{own}\excel\security\vbawarnings"])
    off_by_policy = _first(known, [rf"{key}\common\vbaoff" for key in policy], wanted=1)
    off = off_by_policy or _first(known, [rf"hklm\{_OFFICE}\{excel.version}\common\vbaoff"], wanted=1)
    blocked = _first(known, [rf"{key}\excel\security\blockcontentexecutionfrominternet" for key in policy], wanted=1)
    level = warnings[1] if warnings else 2
    is_closed = level in (_SIGNED_ONLY, _DISABLED)
    return ExcelSettings(
        macros=f"VBAWarnings {level}",
        disabled_by=_write(off or warnings, registry) if off or is_closed else "",
        is_policy=bool(off_by_policy) if off else bool(by_policy),
        is_vba_off=off is not None,
        is_trusted=_is_trusted(known, [*policy, own], workbook, is_network),
        is_internet_blocked=blocked is not None,
        disabled=tuple(_disabled_items(known, own)),
    )


def _first(known: Registry, keys: list[str], wanted: int | None = None) -> tuple[str, int] | None:
    """The first of these values that is a number (the one that is wanted), with its key."""
    found = ((key, known.get(key)) for key in keys)
    return next(((key, one) for key, one in found if isinstance(one, int) and wanted in (None, one)), None)


def _write(setting: tuple[str, int] | None, registry: Registry) -> str:
    """A setting as an administrator looks for it."""
    if setting is None:
        return ""
    key = next((one for one in registry if one.casefold() == setting[0]), setting[0])
    return f"{key} = {setting[1]}"


def _is_trusted(known: Registry, roots: list[str], workbook: Path, is_network: bool) -> bool:
    """True where the workbook lies in one of Excel's trusted locations, and these count."""
    locations = [rf"{root}\excel\security\trusted locations" for root in roots]
    if _first(known, [rf"{one}\alllocationsdisabled" for one in locations], wanted=1):
        return False
    if is_network and not _first(known, [rf"{one}\allownetworklocations" for one in locations], wanted=1):
        return False
    folder = PureWindowsPath(str(workbook)).parent
    for location in locations:
        for key, path in known.items():
            if not (key.startswith(f"{location}\\") and key.endswith(r"\path") and isinstance(path, str) and path):
                continue
            below = _first(known, [f"{key.removesuffix('path')}allowsubfolders"], wanted=1)
            trusted = PureWindowsPath(path)
            if folder == trusted or (below and folder.is_relative_to(trusted)):
                return True
    return False


def _disabled_items(known: Registry, own: str) -> Iterator[str]:
    r"""The paths in Excel's list of what it switched off: UTF-16 texts within a binary value."""
    for key, value in known.items():
        if key.startswith(rf"{own}\excel\resiliency\disableditems" + "\\") and isinstance(value, bytes):
            texts = _PRINTABLE.findall(value[len(value) % 2 :].decode("utf-16-le", "replace"))
            yield from texts or [value.hex()]
