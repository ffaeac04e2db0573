"""Makes the lint, validator, SheetJS and office importable: pytest's importlib mode adds no folder to the path."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]

for folder in (TESTS / "books", TESTS / "readers", TESTS / "office"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
