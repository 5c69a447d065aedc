"""What counts as a defect. ``RULES`` is the order in which rules have their say: the first to claim a span keeps it."""

from __future__ import annotations

from pipelines.rules.doubling import DOUBLING
from pipelines.rules.encoding import ENCODING
from pipelines.rules.layout import LAYOUT
from pipelines.rules.marks import MARKS
from pipelines.rules.numbers import NUMBERS
from pipelines.rules.privacy import PRIVACY
from pipelines.rules.quoting import QUOTING
from pipelines.rules.repetition import REPETITION
from pipelines.rules.rule import Rule
from pipelines.rules.spacing import SPACING
from pipelines.rules.structure import STRUCTURE
from pipelines.rules.tokens import TOKENS
from pipelines.rules.wording import WORDING

__all__ = ["RULES", "Rule"]

RULES: tuple[Rule, ...] = (
    *STRUCTURE, *LAYOUT, *PRIVACY, *ENCODING, *TOKENS, *NUMBERS, *SPACING, *DOUBLING,
    *MARKS, *QUOTING, *WORDING, *REPETITION,
)  # fmt: skip
