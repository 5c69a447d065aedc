"""Compared: two releases -> what was added, removed and changed, why, and the version step that this calls for.

Hash first: the keys and ``row_sha256`` of both sides decide which documents differ; only those are looked into.
"""

from pipelines.compare.changes import apply_changes, build_changes, prove_changes
from pipelines.compare.difference import Change, Difference, KeyChanges, SchemaChange
from pipelines.compare.distribution import format_row
from pipelines.compare.engine import MEMORY, Engine
from pipelines.compare.markdown import render_changes, render_markdown
from pipelines.compare.page import render_page
from pipelines.compare.policy import POLICIES, STEPS
from pipelines.compare.report import BUDGET, build_report
from pipelines.compare.run import DERIVED, compare, compare_keys
from pipelines.compare.sides import Side, as_side, plain_side

__all__ = [
    "BUDGET", "DERIVED", "MEMORY", "POLICIES", "STEPS", "Change", "Difference", "Engine", "KeyChanges", "SchemaChange",
    "Side", "apply_changes", "as_side", "build_changes", "build_report", "compare", "compare_keys", "format_row",
    "plain_side", "prove_changes", "render_changes", "render_markdown", "render_page",
]  # fmt: skip
