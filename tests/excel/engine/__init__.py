"""An Excel for tests: xlwings' own Windows engine, talking to a COM object model that openpyxl stands behind.

Nothing of xlwings is written again: its classes for Windows run as they are (windows_engine.py), and all they say to
Excel they say to the classes here, whose names and members are Excel's. What starts with a capital letter is what COM
shows, and each access to it is one round trip; all else is inside.
"""

from .application import Application
from .counting import ComError, count_calls
from .windows_engine import start_excel, stop_excel

__all__ = ["Application", "ComError", "count_calls", "start_excel", "stop_excel"]
