"""One mail on a desk whose server does what a fault story says."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mail_desk import LI, NOW, later, letter, set_mail
from post_office import PASSWORD, make_certificate, open_office

from xltools import desk
from xltools.core.problem import Problem


def send_one_mail(
    path: Path,
    language: str,
    *,
    plan: Mapping[str, Any] | None = None,
    security: str = "none",
    asked: str = "",
    login: str = "",
    password: str = PASSWORD,
    settings: Mapping[str, str] | None = None,
    days: int = 1,
    damaged: bool = False,
    trusted: bool = True,
) -> tuple[Problem, ...]:
    """The problems of the last of some `days`, each with an attempt.

    The server has that `security`, the desk wants what is `asked`, the same where nothing is said.
    """
    with tempfile.TemporaryDirectory() as scratch:
        certificate = make_certificate(Path(scratch))
        here = SimpleNamespace(path=path)
        with open_office(security=security, login=bool(login), certificate=certificate, **(plan or {})) as office:
            said = [f"security: {asked or security}"]
            said += [f"ca_file: {certificate.file.as_posix()}"] if trusted else []
            said += [login] if login else []
            set_mail(here, office.port, ", ".join(said), **(settings or {}))
            opened = desk.open_desk_at(path, language)
            desk.queue_mail(opened, letter(to=((LI, "李雯"),)), "digest", "one")
            if damaged:
                (state,) = (path / ".desk" / "mail" / "queue").glob("*.json")
                state.write_text("{", "utf-8")
            postman = desk.Postman(environment={"XLTOOLS_MAIL_PASSWORD": password} if password else {})
            for day in range(days):
                result = desk.send_due_mail(opened, later(days=day) if day else NOW, postman)
    return tuple(_without_port(one) for one in result.problems)


def _without_port(problem: Problem) -> Problem:
    """The server's port is another each time."""
    return replace(problem, values=tuple((name, "25" if name == "port" else value) for name, value in problem.values))
