"""The Rasa release whose source was read when parts of it were replaced."""

import importlib.metadata

READ_AT = "3.6.21"


class WrongRelease(RuntimeError):
    """Another Rasa is installed than the one whose parts are replaced."""


def require_release(installed: str | None = None) -> None:
    """Raise `WrongRelease` unless the installed Rasa is the one that was read.

    Every module of this package that replaces a part of Rasa names that part. With another release, read each of
    them again, then change `READ_AT`.
    """
    found = installed or importlib.metadata.version("rasa")
    if found != READ_AT:
        raise WrongRelease(
            f"engine/ replaces parts of Rasa {READ_AT}, but Rasa {found} is installed. "
            f"Install engine/requirements.lock, or read the replaced parts again (engine/README.md)."
        )
