"""What the page and the agency put round the body: each recognised layout becomes moves and deletions.

The layouts are recognised by ``parse``; here it is only said what becomes of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import Edit, Paragraph
from pipelines.rules.rule import Finder, Maker, Rule, View

_WORD = re.compile(r"[^\W\d_][\w'’]*")
_WHOLE = {"title": "title", "subtitle": "subtitles", "caption": "captions"}


def _edits(maker: Maker, raw: str, paragraph: Paragraph) -> Iterator[Edit]:
    """Move or delete the paragraph as a whole, then move its parts and cut its labels inside."""
    start, end = paragraph.start, paragraph.end
    column = _WHOLE.get(paragraph.role)
    if column:
        yield maker.move(raw, start, end, column)
    elif not any((p.start, p.end) == (start, end) for p in paragraph.parts):
        yield maker.delete(raw, start, end)
    for cut_start, cut_end in paragraph.cuts:
        yield maker.delete(raw, cut_start, cut_end)
    for part in paragraph.parts:
        yield maker.move(raw, part.start, part.end, part.field)
        surface = raw[part.start : part.end]
        if part.field == "dateline_place" and surface.isupper():
            yield maker.replace(raw, part.start, part.end, _WORD.sub(lambda m: m.group().capitalize(), surface))


def _layout(
    rule_id: str,
    artefact_class: str,
    policy: str,
    why: str,
    changes: tuple[tuple[str, str], ...],
    keeps: tuple[str, ...],
    most: float = 0.5,
) -> Rule:
    maker = Maker(rule_id, artefact_class)

    def find(view: View) -> Iterator[Edit]:
        for paragraph in view.document.paragraphs:
            if paragraph.layout == rule_id:
                yield from _edits(maker, view.raw, paragraph)

    finder: Finder = find
    return Rule(rule_id, artefact_class, policy, why, finder, changes, keeps, most=most)


_LEAD = (
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
)
_MORE = (
    "It is necessary to do a good job in the work of the coming year, the meeting pointed out, and to serve the people."
)

_PAGE_HEAD = (
    "Conference on civil affairs held - The Daily Online Home World Business Science Sports Photo Video English "
    "Conference on civil affairs held (Xinhua) 09:30, May 01, 2024 "
)
_PAGE_TAIL = (
    " (Web editor: Yang Rui, Han Ting) Add your comment Related reading Bridge opens to traffic New school year begins "
    "Most Read 1 Bridge opens to traffic 2 New school year begins 3 Village library grows Hot News Links: About us"
)

STRUCTURE: tuple[Rule, ...] = (
    _layout(
        "header-title",
        "header",
        "move",
        "The headline stands above the body; it belongs in the column title.",
        ((f"Conference on civil affairs held\n\n{_LEAD}", _LEAD), (f"A new bridge opens\n2024-05-01\n{_LEAD}", _LEAD)),
        (_LEAD, f"{_LEAD}\n\n{_MORE}"),
    ),
    _layout(
        "header-deck",
        "header",
        "move",
        "Further headline lines between the title and the body belong in subtitles.",
        (
            (f"Conference held\n\nServing the people with heart\n\n{_LEAD}", _LEAD),
            (f"Conference held\nServing the people with heart\nA new chapter\n{_LEAD}", _LEAD),
        ),
        (_LEAD, f"{_LEAD}\n\n{_MORE}"),
    ),
    _layout(
        "header-stamp",
        "header",
        "move",
        "A line that is only a date or a time says when the text was published.",
        (
            (f"Conference held\n2024-05-01 08:30\n{_LEAD}", _LEAD),
            (f" date 2024-05-01 Conference held\n\n{_LEAD}", _LEAD),
        ),
        ("The law took effect on 2024-05-01 in all counties.", "At 08:30 the doors were opened to the public."),
    ),
    _layout(
        "original-title",
        "republication",
        "delete",
        "A portal that republishes a text repeats its first headline behind a label.",
        (
            (
                f"Conference on civil affairs held\n\nOriginal title: The civil affairs conference was held\n\n{_LEAD}",
                _LEAD,
            ),
            (f"A new bridge opens\n\nOriginal headline: New bridge opens to traffic\n\n{_LEAD}", _LEAD),
        ),
        ("The original title: a play on words, he said, was lost.", "Its original title was changed by the editor."),
    ),
    _layout(
        "dateline",
        "dateline",
        "move",
        "Place, date, agency and reporter before the first sentence are metadata.",
        (
            (f"BEIJING, April 25 (Xinhua) -- {_LEAD}", _LEAD),
            (f"Huasheng Online, January 19th (all-media reporter Deng Jingjing) {_LEAD}", _LEAD),
        ),
        (
            "On April 25, Xinhua reported the visit.",
            "Beijing, April and snow: a photographer looks back (with pictures).",
        ),
    ),
    _layout(
        "caption",
        "caption",
        "move",
        "A whole paragraph in parentheses describes a picture that is no longer there.",
        (
            (f"{_LEAD}\n\n(The photo shows the bridge at night.)\n\n{_MORE}", f"{_LEAD}\n\n{_MORE}"),
            (f"{_LEAD}\n\n(On January 19, the meeting site. Photo by Tang Jun)", _LEAD),
        ),
        ("The model cities (counties) were honoured.", "He agreed (as did all the others) and signed the paper."),
        most=0.95,
    ),
    _layout(
        "photo-credit",
        "caption",
        "move",
        "A credit in brackets stays behind when its picture and caption are gone.",
        (
            (f"{_PAGE_HEAD}{_MORE} {_LEAD} (Photo/cctv.com) {_MORE}{_PAGE_TAIL}", f"{_MORE} {_LEAD}\n\n{_MORE}"),
            (f"{_PAGE_HEAD}{_MORE} {_LEAD} (Xinhua/Li Yang) {_MORE}{_PAGE_TAIL}", f"{_MORE} {_LEAD}\n\n{_MORE}"),
        ),
        ("The photo (by a friend) was lost.", "Xinhua (the agency) reported it."),
    ),
    _layout(
        "credit",
        "credit",
        "move",
        "Reporters, editors and photographers are named in a line of their own.",
        (
            (f"{_LEAD}\n\n(Li Yang) (Editor: Yang Rui, Han Ting).", _LEAD),
            (f"{_LEAD}\n\nEdit:He Chuanning    Responsible editor:Su Suiyue", _LEAD),
        ),
        ("The editor of the paper thanked all readers.", "Editors from ten countries came to the fair."),
    ),
    _layout(
        "source-line",
        "credit",
        "move",
        "The agency or paper that the text was taken from is named in a line or a tag at the end.",
        ((f"{_LEAD}\n\nSource:Xinhua", _LEAD), (f"{_LEAD}(Outlook New Era)", _LEAD)),
        ("The source: an old well behind the house.", "It was the first of its kind (in the province)."),
    ),
    _layout(
        "end-mark",
        "chrome",
        "delete",
        "Agencies close a dispatch with a mark that says only that it is over.",
        ((f"{_LEAD} Enditem", _LEAD), (f"{_LEAD} (End)", _LEAD)),
        ("At the end of the meeting he spoke.", "The project will end (in May)."),
    ),
    _layout(
        "site-chrome",
        "chrome",
        "delete",
        "Menus, notices, contact lines and pagers of the site are no part of the text.",
        (
            (f"{_LEAD}\n\nRelated News", _LEAD),
            (f"{_LEAD}\n\nReturn to list\n\nRecommended Reading\n\nLinks\n\n>", _LEAD),
        ),
        (f"{_LEAD}\n\nLinks between the two cities go back to the Tang Dynasty.", "Contact between them was lost."),
        most=0.9,
    ),
)
