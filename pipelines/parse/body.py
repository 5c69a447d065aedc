"""The body: what remains between head and tail, once datelines, captions and glued tags are taken off."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.document import Paragraph, shifted
from pipelines.memory import remember
from pipelines.parse.blocks import TEXT, Block, is_line
from pipelines.parse.captions import caption
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import datelines
from pipelines.parse.header import original_title
from pipelines.parse.memory import REMEMBERED, by_text, laid
from pipelines.parse.page import unfold
from pipelines.parse.pagewords import is_site_line
from pipelines.parse.tags import trailing


def body(blocks: Sequence[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take off what is no prose; return the paragraphs found, and the blocks that remain."""
    marks = list(map(is_mere, map(TEXT, blocks)))
    found: list[Paragraph] = []
    rest = list(blocks)
    for place in [place for place, is_plain in enumerate(marks) if not is_plain][::-1]:
        start, _, text = blocks[place]
        parts = dissect.said(text)
        if parts:
            found += [shifted(paragraph, start) for paragraph in parts[0]]
            rest[place : place + 1] = laid(parts[1], start)
    return found, rest


@remember(REMEMBERED)
def is_mere(text: str) -> bool:
    """Tell whether a text is one line, no whole page and no line of a site, and whether nothing stands round it."""
    is_alone = is_line(text) and not is_site_line(text) and dissect.said(text) is None
    return is_alone and unfold(Block(0, len(text), text)) is None


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
