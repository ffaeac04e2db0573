"""Makes what the desk's tests know of people at workbooks importable; it comes first where it is named."""

import sys
from pathlib import Path

DESK_TESTS = Path(__file__).parents[1] / "desk"
if str(DESK_TESTS) not in sys.path:
    sys.path.insert(0, str(DESK_TESTS))  # before tests/office, which has a hand of its own
