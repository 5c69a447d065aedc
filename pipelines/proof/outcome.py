"""What a proof comes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.release import Finding


@dataclass(slots=True)
class Proof:
    """What a proof came to: what is wrong, and what could not be proved, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
