"""The closing part of a text, read from the bottom up: furniture, notices, credits, the source line."""

from __future__ import annotations

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block
from pipelines.parse.chrome import is_furniture, is_notice, share_bar
from pipelines.parse.credits import credit_line
from pipelines.parse.header import original_title, stamp
from pipelines.parse.masthead import masthead_line
from pipelines.parse.memory import by_text
from pipelines.parse.official import office, signed_off
from pipelines.parse.stamps import issue_line


def tail(blocks: list[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take the closing lines off; return their paragraphs in order, and the blocks that remain."""
    found: list[Paragraph] = []
    rest = list(blocks)
    while rest:
        paragraph = closing(rest[-1]) or (office(rest[-1]) if found and _is_day(found[-1]) else None)
        if paragraph:
            found.append(paragraph)
            rest.pop()
            continue
        signed = signed_off(rest[-1])
        if signed is None:
            break
        found.append(signed[0])
        rest[-1:] = [signed[1]] if signed[1].text else []
    return found[::-1], rest


def _is_day(paragraph: Paragraph) -> bool:
    return [part.field for part in paragraph.parts] == ["published_date"]


@by_text
def closing(block: Block) -> Paragraph | None:
    """What a closing line is: a credit, furniture, a notice; None where it is part of the text."""
    known = credit_line(block) or stamp(block) or masthead_line(block) or share_bar(block)
    known = known or (issue_line(block) if " page " in block.text or " edition" in block.text else None)
    if known:
        return known
    original = original_title(block, block.text) if block.text[:8].lower() == "original" else None
    if original and original[1] is None:
        return original[0]
    if is_furniture(block) or is_notice(block):
        return block.paragraph("chrome", "site-chrome")
    return None
