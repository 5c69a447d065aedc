"""Texts: plain text and Markdown; front matter is metadata."""

from __future__ import annotations

import re
from typing import Any

FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
ALIASES = re.compile(r"(?m)(?:^|[\s\[{,:-])[&*]\w")
DEEPEST = 50
"""Nested lists and mappings of front matter: the YAML library composes by recursion, without a limit of its own."""


def split_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """Part front matter (YAML between two lines of ---) from the text; what is no mapping is part of the text."""
    found = FRONT.match(text)
    if not found or ALIASES.search(found[1]):  # anchors can make a short text as large as one likes
        return text, {}
    import yaml

    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        if _is_deep(found[1], loader):
            return text, {}
        content = yaml.load(found[1], Loader=loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError):
        return text, {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        return text, {}
    return text[found.end() :], content


def _is_deep(front: str, loader: Any) -> bool:  # noqa: ANN401 - yaml has no types
    """Tell whether front matter nests beyond all measure, by its events, which come without recursion."""
    import yaml

    depth = 0
    for event in yaml.parse(front, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return True
    return False
