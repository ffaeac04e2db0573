"""xlwings without the libraries that it looks for to convert their values: nobody here reads a data frame from a sheet.

Where pandas and numpy are installed, as they are with xltools, loading them would take longer than all that a button
does; cryptography is there for licence keys that nobody here has. None in sys.modules makes an import fail as if they
were not there (Python's reference, 5.3.1).
"""

import sys
from collections.abc import MutableMapping
from typing import Any, cast

_UNWANTED = ("cryptography", "matplotlib", "numpy", "pandas", "PIL", "plotly", "polars")
_modules = cast("MutableMapping[str, Any]", sys.modules)
_left_out = [name for name in _UNWANTED if name not in _modules]
_modules.update(dict.fromkeys(_left_out))
try:
    import xlwings
finally:
    for name in _left_out:
        del _modules[name]

__all__ = ["xlwings"]
