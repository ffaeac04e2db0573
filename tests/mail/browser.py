"""Mail pages in a real browser (Debian's chromium), at the widths of a telephone and of a desk."""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESKTOP = 375, 1000
_MEASURE = """
const told = {};
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument, root = page.documentElement;
  const edge = root.clientWidth;
  const over = [...page.querySelectorAll("body *")].filter(
    (one) => one.getClientRects().length && one.getBoundingClientRect().right > edge + 1);
  told[frame.id] = {width: edge, needed: root.scrollWidth, over: over.map((one) => one.textContent.slice(0, 40)),
                    scripts: page.scripts.length, height: root.scrollHeight};
}
document.getElementById("told").textContent = JSON.stringify(told);
"""


def measure(pages: Mapping[str, str], folder: Path) -> dict[str, dict]:
    """How wide each page wants to be at each width, by `name-width`; and what sticks out of it."""
    look = "height:800px;border:0"
    frames = [
        f'<iframe id="{name}-{width}" style="width:{width}px;{look}" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in pages.items()
        for width in (PHONE, DESKTOP)
    ]
    harness = folder / "harness.html"
    script = f"<script>addEventListener('load', () => {{{_MEASURE}}})</script>"
    harness.write_text(f'<meta charset="utf-8">{"".join(frames)}<pre id="told"></pre>{script}', "utf-8")
    dumped = _chromium(folder, "--dump-dom", "--virtual-time-budget=5000", harness.as_uri())
    found = re.search(r'<pre id="told">(.*?)</pre>', dumped, re.DOTALL)
    return json.loads(html.unescape(found[1]))


def take_picture(page: str, width: int, height: int, target: Path) -> Path:
    """A PNG of a page at a width; in a frame, as a window has a least width of its own."""
    harness = target.with_suffix(".html")
    frame = f'<iframe style="width:{width}px;height:{height}px;border:0" srcdoc="{html.escape(page)}"></iframe>'
    harness.write_text(f'<meta charset="utf-8"><body style="margin:0">{frame}', "utf-8")
    size = f"--window-size={width},{height}"
    _chromium(target.parent, f"--screenshot={target}", size, "--hide-scrollbars", harness.as_uri())
    return target


def _chromium(folder: Path, *arguments: str) -> str:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    options += ["--disable-background-networking", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [CHROMIUM, *options, *arguments],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "HOME": str(folder)},
    )
    return done.stdout.decode("utf-8")
