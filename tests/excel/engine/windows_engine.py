"""xlwings' own engine for Windows, loaded without Windows.

Its module is imported with stand-ins for pywin32 and the system's libraries; they are gone from sys.modules afterwards,
so that macros find no pywin32 here. Applications are those of application.py, message boxes are answered by them.
"""

import ctypes
import datetime as dt
import functools
import importlib
import sys
from collections import Counter
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import xlwings as xw

from .application import Application
from .counting import ComError, ComObject

_BUTTONS = {0: "ok", 1: "ok_cancel", 4: "yes_no", 3: "yes_no_cancel"}
_MODES = {0x40: "info", 0x30: "critical", 0: None}
_ANSWERS = {"ok": 1, "cancel": 2, "yes": 6, "no": 7}


def running() -> list[Application]:
    """The Excels that run, the newest in front."""
    return [one for one in reversed(Application.started) if not one.gone]


def _by_window(hwnd: int) -> Application:
    return next(one for one in running() if one.hwnd == hwnd)


def _message_box(hwnd: int, prompt: str, title: str, style: int) -> int:
    buttons, mode = _BUTTONS[style & 0xF], _MODES[style & 0xF0]
    return _ANSWERS[_by_window(hwnd).answer(prompt, title, buttons, mode)]


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(members)
    return module


def _stand_ins() -> dict[str, ModuleType]:
    client = _module(
        "win32com.client",
        CDispatch=ComObject,
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
        Dispatch=lambda found: found,
        DispatchEx=lambda _name: Application(),
    )
    return {
        "pywintypes": _module("pywintypes", com_error=ComError, error=OSError, TimeType=dt.datetime, IID=str),
        "pythoncom": _module("pythoncom", CoInitialize=lambda: None, ole_error=ComError, __file__="pythoncom"),
        "win32api": _module(
            "win32api", MessageBox=_message_box, OpenProcess=lambda *_: None, CloseHandle=lambda _: None
        ),
        "win32con": _module(
            "win32con",
            MB_OK=0,
            MB_OKCANCEL=1,
            MB_YESNO=4,
            MB_YESNOCANCEL=3,
            MB_ICONINFORMATION=0x40,
            MB_ICONWARNING=0x30,
        ),
        "win32gui": _module("win32gui"),
        "win32process": _module("win32process", GetWindowThreadProcessId=lambda hwnd: (1, hwnd + 1)),
        "win32timezone": _module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: dt.UTC)),
        "win32com": _module("win32com", client=client),
        "win32com.client": client,
    }


@functools.cache
def load_engine() -> ModuleType:
    """The module xlwings._xlwindows, with Excels of ours."""
    anything = mock.MagicMock()
    library = {"windll": anything, "oledll": anything, "PyDLL": anything}
    stand_ins = _stand_ins()
    sys.modules.update(stand_ins)
    try:
        with mock.patch.multiple(ctypes, create=True, **library):
            module = importlib.import_module("xlwings._xlwindows")
    finally:
        for name in stand_ins:
            del sys.modules[name]

    class App(module.App):
        """With what only an Excel for tests can tell."""

        @property
        def calls(self) -> Counter[str]:
            return self.xl.trips.calls

        def fail_at(self, name: str, exception: BaseException, nth: int = 1) -> None:
            self.xl.trips.fail_at(name, exception, nth)

        def kill(self) -> None:
            self.xl.gone = True

        def quit(self) -> None:
            xl = self.xl
            super().quit()
            self.xl = xl  # xlwings lets it go; here it may still be asked what happened

    module.App = App
    module.Apps.cleanup = staticmethod(lambda: None)
    module.COMRetryObjectWrapper = lambda found: found  # it would try for ever what fails here for good
    module.get_excel_hwnds = lambda: iter([one.hwnd for one in running()])
    module.get_xl_app_from_hwnd = _by_window
    module.is_hwnd_xl_app = lambda hwnd: any(one.hwnd == hwnd for one in running())
    return module


def start_excel() -> xw.App:
    """A new Excel without books, the active one of xlwings."""
    module = load_engine()
    xw._xlwindows = module  # Book.caller looks for it there
    engine = xw.Engine(impl=module.engine)
    if "excel" not in xw.engines.engines_by_name:
        xw.engines.add(engine)
    xw.engines.active = engine
    return xw.App(add_book=False, visible=False)


def stop_excel() -> None:
    """End every Excel, and leave xlwings as it was without one."""
    for one in running():
        one.end()
    Application.started.clear()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller
    if (engine := xw.engines.engines_by_name.pop("excel", None)) is not None:
        xw.engines.engines.remove(engine)
    xw.engines.active = None
    if hasattr(xw, "_xlwindows"):
        del xw._xlwindows
