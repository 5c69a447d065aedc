"""The closing part of a text, read from the bottom up: furniture, notices, credits, the source line."""

from __future__ import annotations

import re

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
    while rest and (found or closes(rest[-1].text)):
        paragraph = closing(rest[-1]) or (office(rest[-1]) if found and _is_day(found[-1]) else None)
        if paragraph:
            found.append(paragraph)
            rest.pop()
            continue
        signed = glued_end(rest[-1])
        if signed is None:
            break
        found.append(signed[0])
        rest[-1:] = [signed[1]] if signed[1].text else []
    return found[::-1], rest


def closes(text: str) -> bool:
    """Tell whether a text would not be the last line of its kind: it closes one, or what closes one is glued to it."""
    return closing.said(text) is not None or glued_end.said(text) is not None


def _is_day(paragraph: Paragraph) -> bool:
    return [part.field for part in paragraph.parts] == ["published_date"]


@by_text
def glued_end(block: Block) -> tuple[Paragraph, Block] | None:
    """What is glued to the end of a text: an office and its day, or credits in a row; and what is left."""
    signed = signed_off(block)
    if signed:
        return signed
    is_marked = any(mark in block.text[-_LONGEST_CREDITS:] for mark in ":：")
    labels = (_LABELS if is_marked else _UNMARKED).finditer(block.text, max(0, len(block.text) - _LONGEST_CREDITS))
    for label in labels if is_marked or block.text[-1].isalpha() else ():
        line = credit_line(Block(block.start + label.end(), block.end, block.text[label.end() :]))
        if line and len(line.parts) > is_marked:
            return line, Block(block.start, block.start + label.start() + 1, block.text[: label.start() + 1])
    return None


_LABELS = re.compile(r"[.!?。”\"](?<=[a-z\d)”\"][.!?。”\"])\s?(?=[A-Z][A-Za-z ]{2,30}\s?[:：])")
_UNMARKED = re.compile(r"[.!?。”\"](?<=[a-z\d)”\"][.!?。”\"])\s?(?=[A-Z][a-z]+(?: [A-Z][\w'’-]+){2,9}$)")
_LONGEST_CREDITS = 240


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
