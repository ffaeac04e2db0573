"""Microsoft's Open XML SDK as a judge of workbooks: what Excel's own schema finds wrong with a file."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_PACKAGE = HERE / "node_modules" / "@xarsh" / "ooxml-validator"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the validator objects to: in which part, where in it, by which of its rules, in its words."""

    part: str
    xpath: str
    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.part} {self.xpath}: {self.words} [{self.rule}]"


def missing_validator() -> str:
    """Why the validator can't run here, empty where it can."""
    if shutil.which("node") is None:
        return "needs node, which is not installed"
    return "" if _PACKAGE.is_dir() else "needs the Open XML SDK validator: npm ci --prefix tests/readers"


needs_validator = pytest.mark.skipif(bool(missing_validator()), reason=missing_validator())


def validate(paths: Iterable[Path]) -> dict[Path, list[Finding]]:
    """What the validator finds in each of the files, all in one start; RuntimeError where it could not be run.

    About a quarter of a second a file: give all files of a module at once.
    """
    files = list(paths)
    if not files:
        return {}
    command = ["node", str(HERE / "validate.mjs"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    answers: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads(done.stdout)
    return {file: [_finding(one) for one in answers[str(file)]] for file in files}


def new_findings(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    """The findings of a changed file that were not in it before; where in a part they stand is not compared."""
    known = Counter((one.part, one.rule, one.words) for one in before)
    new = []
    for one in after:
        like = (one.part, one.rule, one.words)
        if known[like]:
            known[like] -= 1
        else:
            new.append(one)
    return new


def _finding(answer: Mapping[str, Any]) -> Finding:
    return Finding(*((answer.get(key) or "") for key in ("path", "xPath", "id", "description")))
