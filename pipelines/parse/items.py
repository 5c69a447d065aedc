"""The items of a masthead: one expression for whatever may stand between a headline and its text.

A clock, a day, a paper, a label, a button, a count: the group that matches says which. What the items come to is read
in ``masthead``.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.dates import CLOCK, ISO_DATE, MONTH_DAY
from pipelines.parse.lexicon import ORIGINAL_TITLE_LABELS, PAGE_TOOLS, TIME_LABELS, alternatives
from pipelines.parse.outlets import named
from pipelines.parse.pagewords import OPENER
from pipelines.parse.people import LABELS

FIGURES = r"(?<!\d)\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d(?!\d)"
DAY = rf"(?:{MONTH_DAY}(?<=\d{{4}})|{ISO_DATE})"
_TIME = rf"{CLOCK}(?! (?-i:in|on)\b)"
"""A clock, but not one that a sentence goes on from: “at 8:00 on May 6”."""
_ZONE = r"(?:UTC|GMT|HKT|BJT|EST|EDT|CST|SGT)(?:\s?[+-]\s?\d{1,2})?(?!\w)|\(?Beijing time\)?"
WORD = r"(?-i:[A-Z])[\w'’.-]*"
ALIAS = r"(?-i:[a-z]{3,12})"
_NAME = rf"{WORD}(?: {WORD}){{0,5}}"
NAMES = rf"{_NAME}(?:(?:,\s?|/| and | & ){_NAME}){{0,7}}"
_SIZE = "(?:big|medium|large|small)"
_SMALL = rf"(?:facebook|twitter|linkedin|wechat|weibo|qq|whatsapp|{_SIZE}(?=\s{_SIZE}))"
_AHEAD = rf"(?=\s*(?:$|[^\w\s]|[\d_]|(?-i:[A-Z])|{_SMALL}\b))"
_COUNT = r"(?:\d[\d,.]{0,9}\s?(?:w|k|万|million|thousand)?\+?(?:\s(?:times|people))?)"
_BIDDING = (
    r"(?:Click|Tap|Scan|Long press|Press|Use WeChat|Use your|Open WeChat|Open the|Download|Please [a-z]+)"
    r"\b[^.!?]{0,120}?\b"
    r"(?:follow|subscribe|attention|friends|moments|phones?|code|client|app|text|web ?page|facebook|line)"
    rf"(?: to)?(?: us| me)?\b!?{_AHEAD}"
    r"|(?:The )?(?:full |whole )?(?:text|article) (?:is|has)(?: about)? \d[\d,]* words[^.!?]{0,60}?\bto read\b"
    rf"|\(\d{{1,2}}/\d{{1,2}} {CLOCK} Updated\)"
)
_KEY = r"(?-i:[a-z][a-z-]*(?: [a-z-]+){0,3})"
_WEEKDAY = (
    r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)day"
    r"|(?:Mon|Tues?|Wed|Thu(?:rs)?|Fri|Sat|Sun(?![ ][A-Z][a-z]+\s[A-Z])))\b"
)


@cache
def item_pattern() -> re.Pattern[str]:
    """Match one item of a masthead; the group that matched says what it is."""
    labels = "|".join(f"(?P<{column}>{alternatives(names)})" for column, names in LABELS.items())
    tools = alternatives(PAGE_TOOLS)
    original = alternatives(tuple(label for label in ORIGINAL_TITLE_LABELS if label.startswith("original")))
    return re.compile(
        rf"\d\d:\d\d\s?/\s?\d\d:\d\d(?![\d:])|[*=~_]{{4,}}|(?P<clock>{_TIME})"
        rf"|(?P<day>{DAY})|(?P<figures>{FIGURES})|\(?{_WEEKDAY}\)?"
        rf"|(?:Source\s?[:：]\s?)?No\.\s?\d{{1,3}},?\s(?:{DAY})|\(\s?\d{{1,3}}\s?/\s?\d{{1,3}}\s?\)|\d\.?\d?x(?=\s)"
        rf"|T(?={CLOCK})|(?-i:at)(?=\s{_TIME})"
        rf"|(?-i:A A(?: A(?=\s+(?:$|[A-Z])))?)(?!\w)|{_ZONE}|Staff (?:reporter|writer)s?\b"
        rf"|(?:{original})\s?[:：]\s[^.!?]{{8,160}}?(?:{OPENER})"
        rf"|\(\s?(?P<edition>{DAY}),? (?:version|page|edition|section) ?\w{{1,3}}\s?\)"
        rf"|[(\[【]\s?(?P<bracketed>{named()}|(?!{_WEEKDAY})[^()\d]{{2,40}}?(?=\s?\)\s*(?:{CLOCK}|{DAY})))\s?[)\]】]"
        rf"|(?<![\w-])(?:the )?(?:{alternatives(TIME_LABELS)})(?![\w-])\s?[:：]?(?=\s*(?:{DAY}|{CLOCK}|{FIGURES}|\())"
        rf"|(?<![\w-])[\[【]?\s?(?:the )?(?:{labels})(?![\w-])(?:\s?[:：/|丨]\s?|\s(?=(?-i:[A-Z])))"
        r"|(?:reading|read) time\s?[:：]?\s?(?:about )?\d+ min\w*"
        rf"|(?P<tool>{_BIDDING}|[\[【(]?\s?(?:{tools})(?![\w-])(?:\s?[:：]\s?(?:{_COUNT}|\[\s?{_COUNT}\s?\])?|\s?\(\d*\)|\s{_COUNT}(?=\s)|(?:\s[+-])+(?=\s))?)"
        rf"\s?[\])】]?{_AHEAD}"
        rf"|(?P<paper>{named()})(?: (?:mobile )?(?:client|app)(?: news)?)?(?![\w'’-])"
        rf"|\d{{1,6}} (?:people )?(?:comment|view|share|like|participa|read)\w*\b\s?:?"
        rf"|#\w+(?: \w+(?=\s#))?|\d{{1,5}}(?=\s{ISO_DATE})|\(\d{{0,5}}\)|0(?=\s)|No\.\s?\d{{1,3}}(?:,? (?:19|20)\d\d)?"
        rf"|(?:page|edition|version|section) ?[A-Z]?\d{{1,3}}(?: (?:edition|page))?(?: (?-i:[A-Z])\w+(?: News)?(?=$))?"
        rf"|\d{{1,2}}[- ]min(?:ute)?s? read"
        rf"|(?:keywords?|key words)\s?[:：]\s?{_KEY}(?:\s?[;；,，、]\s?{_KEY}){{0,9}}"
        r"|(?:published|posted) (?:in|from) (?-i:[A-Z])\w+(?=\s*(?:[|·]|$))"
        r"|official account of (?-i:[A-Z])[^|·+\n]{2,60}(?=\s*(?:[|·+]|$))"
        rf"|in (?-i:[A-Z])\w+(?=\s?[|/]|\s(?:Published|Updated))|(?-i:[A-Z])\w+ Correspondent(?=\sPublished)",
        re.IGNORECASE,
    )
