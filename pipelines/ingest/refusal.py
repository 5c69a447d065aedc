"""Refusals: what stops one record, one member or one input, on its way to becoming a reject."""

from __future__ import annotations

SHOWN = 20
"""Columns that a message names."""


class RefusedError(Exception):
    """Something that cannot be read; ``is_final`` ends the whole input, not only the record or member at hand."""

    def __init__(self, reason: str, detail: str, *, is_final: bool = False) -> None:
        """Keep the short code of the reason and the detail: what is wrong; what to do."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.is_final = is_final


def reject(reason: str, detail: str, *, is_final: bool = False) -> RefusedError:
    """Make a refusal; ``schemas.rejects.REASONS`` lists every reason that stands in a call of this function."""
    return RefusedError(reason, detail, is_final=is_final)


def name_some(names: list[str]) -> str:
    """List names for a message: the first ones, shortened where they are long."""
    listed = ", ".join(name if len(name) <= 40 else f"{name[:40]}…" for name in names[:SHOWN])
    return f"{listed} and {len(names) - SHOWN} more" if len(names) > SHOWN else listed or "none"
