"""What the Windows registry says of Excel on this machine, as a plain mapping."""

import sys
from collections.abc import Iterator, Mapping

if sys.platform == "win32":
    import winreg

RegistryValue = str | int | bytes
OFFICE_VERSIONS = ("16.0", "15.0", "14.0")  # 2016 and later, 2013, 2010

_OFFICE = r"Software\Microsoft\Office"
_POLICIES = r"Software\Policies\Microsoft\Office"
_BELOW = {"Security": 2}  # Security \ Trusted Locations \ Location0; other keys have far too much below them


def registry_keys() -> tuple[str, ...]:
    """The keys that tell of Excel, its macro settings and what competes with it; those below Security count too."""
    keys = [
        rf"HKLM\{_OFFICE}\ClickToRun\Configuration",
        r"HKLM\Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe",
        r"HKCU\Software\Kingsoft\Office",
        r"HKLM\Software\Kingsoft\Office",
        r"HKLM\Software\WOW6432Node\Kingsoft\Office",
    ]
    for version in OFFICE_VERSIONS:
        keys += [
            rf"HKCU\{_OFFICE}\{version}\Excel\Security",
            rf"HKCU\{_OFFICE}\{version}\Excel\Resiliency\DisabledItems",
            rf"HKLM\{_OFFICE}\{version}\Excel\InstallRoot",
            rf"HKLM\Software\WOW6432Node\Microsoft\Office\{version}\Excel\InstallRoot",
            rf"HKLM\{_OFFICE}\{version}\Common",
        ]
        for root in ("HKCU", "HKLM"):
            keys += [
                rf"{root}\{_POLICIES}\{version}\Excel\Security",
                rf"{root}\{_POLICIES}\{version}\Common",
            ]
    return tuple(keys)


def read_registry() -> Mapping[str, RegistryValue]:
    r"""The values under `registry_keys` by their path, `HKCU\…\VBAWarnings`; a key without any by its path and `\`.

    Empty where there is no registry.
    """
    if sys.platform == "win32":
        return dict(_read_all())
    return {}


if sys.platform == "win32":

    def _read_all() -> Iterator[tuple[str, RegistryValue]]:
        roots = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
        for key in registry_keys():
            root, _, below = key.partition("\\")
            yield from _read_key(roots[root], below, key, _BELOW.get(key.rpartition("\\")[2], 0))

    def _read_key(root: int, below: str, shown: str, depth: int) -> Iterator[tuple[str, RegistryValue]]:
        """The values of a key and of those below it. A 32-bit Python asks for the 64-bit view."""
        try:
            key = winreg.OpenKey(root, below, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)
        except OSError:  # not there, or not for us
            return
        with key:
            keys, values, _ = winreg.QueryInfoKey(key)
            yield f"{shown}\\", ""
            for number in range(values):
                try:
                    name, value, kind = winreg.EnumValue(key, number)
                except OSError:
                    continue
                if kind == winreg.REG_EXPAND_SZ:
                    value = winreg.ExpandEnvironmentStrings(value)
                if isinstance(value, str | int | bytes):
                    yield f"{shown}\\{name}", value
            names = [winreg.EnumKey(key, number) for number in range(keys)] if depth else []
        for name in names:
            yield from _read_key(root, f"{below}\\{name}", f"{shown}\\{name}", depth - 1)
