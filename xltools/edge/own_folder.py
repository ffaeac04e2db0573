"""The user's own folder on this computer."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def own_folder(name: str, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """A folder of that name in the user's cache folder, for what can't or must not be kept in a desk."""
    if platform == "win32":
        caches = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return caches / "xltools" / "cache" / name
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "xltools" / name
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xltools" / name
