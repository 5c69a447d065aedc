"""Texts: plain text and Markdown; front matter is metadata."""

from __future__ import annotations

import re
from typing import Any

FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
ALIASES = re.compile(r"(?m)(?:^|[\s\[{,:-])[&*]\w")


def split_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """Part front matter (YAML between two lines of ---) from the text; what is no mapping is part of the text."""
    found = FRONT.match(text)
    if not found or ALIASES.search(found[1]):  # anchors can make a short text as large as one likes
        return text, {}
    import yaml

    try:
        content = yaml.load(found[1], Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError):
        return text, {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        return text, {}
    return text[found.end() :], content
