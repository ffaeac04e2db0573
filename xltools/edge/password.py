"""The password of the mail server, from the environment or the system's keyring (keyring, which is optional)."""

import os
from collections.abc import Mapping

from xltools.core.place import Place
from xltools.core.problem import Problem, error


def read_variable(name: str, place: Place, environment: Mapping[str, str] = os.environ) -> str | Problem:
    """What an environment variable holds; the problem, at `place`, is `mail-password-missing`."""
    return environment.get(name) or error("mail-password-missing", place, variable=name)


def read_keyring(service: str, user: str, place: Place) -> str | Problem:
    """What the keyring keeps for a user of a service; the problem, at `place`, is `mail-keyring-missing`."""
    try:
        import keyring  # noqa: PLC0415 - optional: only who keeps the password there installs it

        found: str | None = keyring.get_password(service, user)
        reason = "-"
    except ImportError:
        found, reason = None, "pip install xltools[mail-keyring]"
    except Exception as trouble:  # each system's keyring raises its own
        found, reason = None, type(trouble).__name__
    return found or error("mail-keyring-missing", place, service=service, user=user, reason=reason)
