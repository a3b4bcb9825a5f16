"""Faults a person can mend, told apart from faults of the code."""

from __future__ import annotations

from collections.abc import Sequence

EXIT_FINE = 0
EXIT_FAILED = 1
EXIT_MISTAKE = 2
EXIT_INTERRUPTED = 130


class UserError(Exception):
    """A fault that the person at the keyboard can mend.

    The command line prints its text without a traceback and ends with status 2, so the
    text names what was received and says what to do about it.
    """


class SettingsError(UserError):
    """Settings that cannot be run, with every fault found.

    Parameters
    ----------
    problems : sequence of str
        One sentence or two for each fault; at least one.

    Attributes
    ----------
    problems : tuple of str
        The same, in the order in which they are shown.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[SettingsError], tuple[tuple[str, ...]]]:
        """Travel whole between processes; the default would split the text into letters."""
        return type(self), (self.problems,)


def how_to_install(extra: str) -> str:
    """Say how an optional part of the package is installed.

    Examples
    --------
    >>> how_to_install("ray").split(" in ")[0]
    "Install the extra: pip install '.[ray]'"
    """
    return (
        f"Install the extra: pip install '.[{extra}]' in the project's folder, or "
        f"'allegiance[{extra}]' elsewhere."
    )


class OutputError(UserError):
    """A folder or file that cannot be written or read."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, caught and passed on by something that knows what has been kept.

    Parameters
    ----------
    kept : str
        What is finished and where it is, as a sentence.
    """

    def __init__(self, kept: str) -> None:
        super().__init__(kept)
        self.kept = kept
