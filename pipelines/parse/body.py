"""The body: what remains between head and tail, once datelines, captions and glued tags are taken off."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.document import Paragraph, shifted
from pipelines.parse.blocks import TEXT, Block
from pipelines.parse.captions import caption
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import datelines
from pipelines.parse.header import original_title
from pipelines.parse.memory import by_text, laid
from pipelines.parse.tags import trailing


def body(blocks: Sequence[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take off what is no prose; return the paragraphs found, and the blocks that remain."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    dissected = list(map(dissect.said, map(TEXT, blocks)))
    if not any(dissected):
        return [], list(blocks)
    for block, parts in zip(blocks, dissected, strict=True):
        if parts is None:
            rest.append(block)
            continue
        named, kept = parts
        found += [shifted(paragraph, block.start) for paragraph in named]
        rest += laid(kept, block.start)
    return found, rest


@by_text
def dissect(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Part one block: a credit or a caption is no prose at all; else what stands round its sentences is taken off.

    None where it is prose and nothing else.
    """
    named = credit_line(block, amid=True) or caption(block)
    if named:
        return [named], []
    signs, signed = _signed(block)
    tags, kept = trailing(signed) if signed else ([], None)
    found = [*signs, *tags]
    return (found, [kept] if kept and kept.text else []) if found else None


def _signed(block: Block) -> tuple[list[Paragraph], Block | None]:
    """Take the dateline off, and the headline that may stand behind it once more."""
    signs, text = datelines(block)
    again = original_title(text, text.text) if signs else None
    return ([*signs, again[0]], again[1]) if again else (signs, text)
