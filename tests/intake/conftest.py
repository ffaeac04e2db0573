"""Makes builders and intake_reading importable: pytest's importlib mode adds no folder to the path."""

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parents[1]):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
