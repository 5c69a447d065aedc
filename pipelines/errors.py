"""The one error that users see: a line that says what is wrong and what to do, with the exit code it calls for."""

from __future__ import annotations

DATA, USAGE, INTERNAL = 1, 2, 3
"""Exit codes: a problem with the data, wrong usage, an internal failure."""


class CorpusError(Exception):
    """A problem that the user can mend; its text is printed as one line, without a traceback."""

    def __init__(self, message: str, exit_code: int = DATA) -> None:
        """Keep the message (one line: what is wrong and what to do) and the exit code (1, 2 or 3)."""
        super().__init__(message)
        self.exit_code = exit_code

    @property
    def may_pass(self) -> bool:
        """Whether the same may go well at the next attempt, with nothing mended."""
        return self.exit_code == INTERNAL


class PassingError(CorpusError):
    """A problem that passes by itself: another run was faster, or holds what this one needs. Nothing was published."""

    @property
    def may_pass(self) -> bool:
        """Always: there is nothing to mend."""
        return True
