"""Prints how fast the program is, as ratios to the plain libraries on the same files in one run: `make bench`.

A ratio survives a change of machine; the seconds beside it, of processor time for the large workbooks, do not.
"""

import subprocess
import sys
from pathlib import Path

PARTS = ("bench_read.py", "bench_shared.py", "bench_patch.py", "bench_tracker.py")

if __name__ == "__main__":
    for part in PARTS:
        subprocess.run([sys.executable, Path(__file__).with_name(part)], check=True)
