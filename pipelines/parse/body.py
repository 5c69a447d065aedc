"""The body: what remains between head and tail, once datelines, captions and glued tags are taken off."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block
from pipelines.parse.credits import caption, trailing
from pipelines.parse.dateline import dateline


def body(blocks: Iterable[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take off what is no prose; return the paragraphs found, and the blocks that remain."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    for block in blocks:
        pictured = caption(block)
        if pictured:
            found.append(pictured)
            continue
        signed = dateline(block)
        if signed:
            found.append(signed[0])
        tags, kept = trailing(signed[1] if signed else block)
        found += tags
        if kept.text:
            rest.append(kept)
    return found, rest
