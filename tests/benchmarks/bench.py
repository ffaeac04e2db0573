"""Prints how fast the program is, as ratios to the plain libraries on the same files in one run: `make bench`.

A ratio survives a change of machine; the seconds beside it do not. Neither means much while something else runs.
"""

import os
import subprocess
import sys
from pathlib import Path

PARTS = ("bench_read.py", "bench_check.py", "bench_buttons.py", "bench_shared.py", "bench_patch.py", "bench_tracker.py")

if __name__ == "__main__":
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"The machine is busy (load {load:.1f}): a long task suffers more from that than a short one.\n")
    for part in PARTS:
        subprocess.run([sys.executable, Path(__file__).with_name(part)], check=True)
