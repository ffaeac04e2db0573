"""Makes the corpus scripts importable: pytest's importlib mode adds no folder to the path."""

import sys
from pathlib import Path

if str(Path(__file__).parent) not in sys.path:
    sys.path.append(str(Path(__file__).parent))
