"""Personal data: addresses and numbers that lead to a person are masked, in the text and in every table.

Numbers are looked for in two steps: a pattern finds what has the shape, then its digits decide (check digits, area
codes, dates) together with what stands before and after it: "No." makes it a document, "yuan" a sum.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from string import digits

from pipelines.document import Edit
from pipelines.rules.rule import EVERYWHERE, Rule, View

_D = "[0-9]"
_NOT_INSIDE = r"(?<![A-Za-z0-9_.=&?#%+-])(?<![^0-9]/)"
"""A number that belongs to a word, an address of a page, a version or a decimal is none of ours."""
_NOT_MORE = r"(?![A-Za-z0-9_=&%]|[.:-][0-9]|/(?![0-9])|\.(?:s?html?|php|aspx?|jsp|jpe?g|png|gif|pdf|docx?)\b)"

EMAIL = re.compile(
    r"(?<![A-Za-z0-9À-ɏ._%+-])[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ._%+-]{0,255}@ ?"
    r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24}(?![A-Za-z0-9])"
)

_LABEL = (
    r"(?:\b(?:tele)?phone|\btel|\bhot-?lines?|\b(?:tele)?fax|\bmobile|\bcell|\bcall|\bdial|\bwhatsapp|\bwechat"
    r"|电话|電話|手机|手機|热线|熱線|传真|傳真|座机|微信)"
)
_LABELLED = re.compile(
    _LABEL + r"\.?(?:\s?(?:numbers?|nos?\b|us|him|her|me|is|at|on|号码|號碼|号|為|为)\.?){0,3}\s?[:.]?\s{0,3}"
    rf"(?P<number>[(]?[+]?{_D}(?:[\s()/.–-]{{0,2}}{_D}){{6,17}})" + _NOT_MORE,
    re.IGNORECASE,
)
_BARE = re.compile(
    _NOT_INSIDE + r"(?P<number>"
    rf"[(]?[+][1-9]{_D}{{0,2}}[)]?(?:[\s().–-]{{0,2}}{_D}){{7,13}}"  # +44 20 7946 0958
    rf"|(?:[(]?(?:00)?86[)]?[\s-]?)?1[3-9]{_D}(?:[\s-]?{_D}{{4}}){{2}}"  # 138 0013 8000
    rf"|[(]?(?:00)?86[)]?[\s-]?0?[1-9]{_D}{{1,2}}-{_D}{{7,8}}"  # 86-10-12345678
    rf"|[(]0{_D}{{2,3}}[)][\s-]?{_D}{{3,4}}[\s-]?{_D}{{4}}(?:-{_D}{{1,5}})?"  # (010) 6512 3456
    rf"|0[1-9]{_D}{{1,2}}[-–—]{_D}{{7,8}}(?:-{_D}{{1,5}})?"  # 0571-87654321
    rf"|0[1-9]{_D}{{1,3}}[ -]{_D}{{3,4}}[ -]{_D}{{4}}"  # 020 7946 0958
    rf"|[48]00[\s-]{_D}{{3}}[\s-]{_D}{{4}}|[48]00{_D}-{_D}{{3}}-{_D}{{3}}"  # 400-810-1234
    rf"|[(][2-9]{_D}{{2}}[)][\s-]?[2-9]{_D}{{2}}[\s-]{_D}{{4}}"  # (202) 555-0147
    rf"|[2-9]{_D}{{2}}-[2-9]{_D}{{2}}-{_D}{{4}}"  # 202-555-0147
    r")" + _NOT_MORE
)
_DENSE = re.compile(rf"{_D}(?:[\s()/.–—-]{{0,3}}{_D}){{6}}")
_FEWEST_DIGITS, _NO_DIGITS = 7, bytes(set(range(256)).difference(digits.encode()))
"""Seven digits close together: where there are none, there is no number to look for."""
_IDENTITY = re.compile(
    _NOT_INSIDE
    + rf"(?P<number>[1-9]{_D}{{5}}[ -]?(?:(?:18|19|20){_D}{{6}}[ -]?{_D}{{3}}[0-9Xx]|{_D}{{9}}))"
    + _NOT_MORE
)
_CARD = re.compile(
    _NOT_INSIDE + rf"(?P<number>[2-69]{_D}{{15,18}}"
    rf"|[2-69]{_D}{{3}}(?P<gap>[ -])(?:{_D}{{4}}(?P=gap)){{2}}{_D}{{4}}(?:(?P=gap)?{_D}{{1,3}})?)"
    r"(?! ?[0-9])" + _NOT_MORE
)

_OTHER_BEFORE = re.compile(
    r"(?:\bn[or]s?\.?|№|#|号|號|第|\b(?:isbn|issn|icp|doi|document|decree|order|invoice|contract|licen[cs]e|patent|case"
    r"|record|serial|batch|reference|ref|version|article|file|page)"
    r"(?: (?:number|no|code)s?\.?)?|[¥￥$€£≈~<>−]|\brmb|\busd|\bcny)"
    r"\s?[:.(]?\s?$",
    re.IGNORECASE,
)
"""What makes the number after it one of something else."""
_HELD_BEFORE = re.compile(
    r"(?:\b(?:card|account|identity|identification|id|phone|tel|mobile|contact)|身份证|身份證|卡|账|賬|帐|户|戶|电话|手机)"
    r"(?:\W{0,3}(?:card|number|no)s?){0,3}[号號码碼]{0,2}\W{0,3}$",
    re.IGNORECASE,
)
"""What makes the number after it one of a person, "No." or not."""
_UNIT_AFTER = re.compile(
    r"\s?(?:%|‰|°|yuan|rmb|usd|dollars?|euros?|pounds?|yen|people|persons?|tons?|tonnes?|kg|km|kwh|kilo|cubic|square|"
    r"hectares?|mu\b|copies|times|calls|users|subscribers|households|units|vehicles|million|billion|trillion|"
    r"[万亿萬億元人次户吨件])",
    re.IGNORECASE,
)
"""What makes the number before it an amount."""
_YEARS = re.compile(
    r"(?:\d\d?\D+)?(?:1[89]|20)\d\d(?:\D+(?:1[89]|20)\d\d)+\D?|(?:1[89]|20)\d\d\D(?:0?[1-9]|1[0-2])\D\d{1,2}"
)
_DATE = re.compile(r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_TIMES = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[ -](?:[01]\d|2[0-3])[0-5]\d)+")
_DECIMAL = re.compile(r"\d+\.\d+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})+")
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LOOK = 24
"""Characters before and after a number that are read to tell what it counts."""


_NARROW = str.maketrans("０１２３４５６７８９＋Ｘｘ＠（）：．－", "0123456789+Xx@():.-")
_WIDE = re.compile("[\uff08-\uff58]")


def _narrow(text: str) -> str:
    """Write full-width digits and signs as the usual ones; every offset stays."""
    return text.translate(_NARROW) if not text.isascii() and _WIDE.search(text) else text


def _is_identity(number: str) -> bool:
    """Tell whether the digits are those of an identity card: province, day of birth, and of 18 the check digit."""
    digits = re.sub(r"[ -]", "", number).upper()
    birth = digits[10:14] if len(digits) == 18 else digits[8:12]
    if len(digits) not in {15, 18} or not _PROVINCES.match(digits) or not _DATE.fullmatch(birth):
        return False
    if len(digits) == 15:
        return digits.isdecimal()
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True)) % 11
    return digits[17] == "10X98765432"[rest]


def _is_card(number: str) -> bool:
    """Tell whether the digits end in Luhn's check digit, and are not just years in a row."""
    digits = [int(sign) for sign in number if sign.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return len(digits) >= 16 and len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and not (
        _YEARS.fullmatch(number)
    )  # fmt: skip


def _is_telephone(number: str) -> bool:
    """Tell whether what has the shape of a telephone number is no span of years, no date and no address."""
    count = sum(map(str.isdecimal, number))
    other = (_YEARS, _ADDRESS, _DECIMAL) if "+" in number else (_YEARS, _ADDRESS, _DECIMAL, _THOUSANDS)
    return 7 <= count <= 18 and not any(pattern.fullmatch(number.strip("()+ ")) for pattern in other)


def _is_bare_telephone(number: str) -> bool:
    """Tell the same of a number without a label, which may be times of day in the row of a timetable."""
    return _is_telephone(number) and not _TIMES.fullmatch(number)


def _spans(
    text: str, start: int, end: int, pattern: re.Pattern[str], is_meant: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the numbers of one kind between two places of a text."""
    for match in pattern.finditer(text, start, end):
        first, last = match.span("number")
        before, after = text[max(start, first - _LOOK) : first], text[last : min(end, last + _LOOK)]
        is_held = pattern is _LABELLED or _HELD_BEFORE.search(before)
        if is_meant(match["number"]) and not _UNIT_AFTER.match(after) and (is_held or not _OTHER_BEFORE.search(before)):
            yield first, last


def _find_in(text: str, start: int, end: int, rule: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that one of the rules masks between two places of a text."""
    text = _narrow(text)
    if rule == "redact-email":
        yield from (match.span() for match in (EMAIL.finditer(text, start, end) if "@" in text else ()))
    elif not _DENSE.search(text, start, end):
        return
    elif rule == "redact-identity":
        yield from _spans(text, start, end, _IDENTITY, _is_identity)
    elif rule == "redact-card":
        yield from _spans(text, start, end, _CARD, _is_card)
    else:
        found = sorted(
            {*_spans(text, start, end, _LABELLED, _is_telephone), *_spans(text, start, end, _BARE, _is_bare_telephone)}
        )
        reach = start
        for first, last in found:
            if first >= reach:
                yield first, last
                reach = last


MASKS = {"redact-email": "[EMAIL]", "redact-identity": "[ID]", "redact-card": "[CARD]", "redact-telephone": "[PHONE]"}
"""What is written in the place of what each rule finds, in the order in which they claim spans."""


def mask_text(text: str) -> str:
    """Mask what the rules would in a text that has no edits: metadata of a record, the words of an error."""
    if not may_lead_to_a_person(text):
        return text
    for rule, mask in MASKS.items():
        for start, end in reversed(list(_find_in(text, 0, len(text), rule))):
            text = text[:start] + mask + text[end:]
    return text


def may_lead_to_a_person(text: str) -> bool:
    """Tell at little cost whether the rules could find anything to mask in a text."""
    narrow = _narrow(text)
    return "@" in narrow or _has_dense_digits(narrow)


def _has_dense_digits(text: str) -> bool:
    """Tell whether seven digits stand close together; counting them all takes a tenth of what the pattern does."""
    written = text.encode("utf-8", "surrogatepass")
    return len(written.translate(None, _NO_DIGITS)) >= _FEWEST_DIGITS and _DENSE.search(text) is not None


def hide_text(text: str) -> str:
    """Mask as ``mask_text`` does, but keep the length, so that offsets into the text hold."""
    if not may_lead_to_a_person(text):
        return text  # as nearly all that is asked about: every edit of a release
    for rule in MASKS:
        for start, end in list(_find_in(text, 0, len(text), rule)):
            text = text[:start] + _hidden(rule, end - start) + text[end:]
    return text


def _hidden(rule: str, length: int) -> str:
    return MASKS[rule][:length].ljust(length, "*")


def _finder(rule: str) -> Callable[[View], Iterator[Edit]]:
    def find(view: View) -> Iterator[Edit]:
        for paragraph in view.paragraphs(EVERYWHERE):
            for start, end in _find_in(view.raw, paragraph.start, paragraph.end, rule):
                yield _redact(rule, start, end)

    return find


def _is_dense(view: View) -> bool:
    """Tell whether digits stand close enough together to be a number of a person."""
    return _has_dense_digits(_narrow(view.raw))


def _redact(rule: str, start: int, end: int) -> Edit:
    """Mask a span; what stands in ``before`` is as long as what it hides, so that all offsets hold after an undo."""
    return Edit(start, end, rule, "personal_data", "redact", _hidden(rule, end - start), after=MASKS[rule])


PRIVACY = (
    Rule(
        "redact-email",
        "personal_data",
        "redact",
        "An e-mail address leads to a person or an office; the research does not need it.",
        _finder("redact-email"),
        (
            ("Write to wang@example.org for a form.", "Write to [EMAIL] for a form."),
            ("Letters reach news.desk@press.example.cn by noon.", "Letters reach [EMAIL] by noon."),
        ),
        ("Meet @ noon in the hall.", "The price is 5 yuan @ market rate.", "Thanks go to @XinhuaNews for the film."),
        anchors=("@", "＠"),
    ),
    Rule(
        "redact-identity",
        "personal_data",
        "redact",
        "The number of an identity card names one person and the day of birth.",
        _finder("redact-identity"),
        (
            ("His card, 11010519491231002X, was found.", "His card, [ID], was found."),
            ("The old card 110105491231002 is void.", "The old card [ID] is void."),
        ),
        ("The sum of 110105194912310021 was counted.", "It is document No. 11010519491231002X of the county."),
        when=_is_dense,
    ),
    Rule(
        "redact-card",
        "personal_data",
        "redact",
        "The number of a bank card leads to a person's money.",
        _finder("redact-card"),
        (
            ("Gifts go to 6222 0212 3456 7894 at the bank.", "Gifts go to [CARD] at the bank."),
            ("Pay to 4111111111111111 today.", "Pay to [CARD] today."),
        ),
        ("In 2015 2016 2017 2018 it rose.", "The number 4111111111111112 fails its check."),
        when=_is_dense,
    ),
    Rule(
        "redact-telephone",
        "personal_data",
        "redact",
        "A telephone number leads to a person or an office; the research does not need it.",
        _finder("redact-telephone"),
        (
            ("Ask at tel: 020-81789645 on weekdays.", "Ask at tel: [PHONE] on weekdays."),
            ("Call +86 138 0013 8000 for help.", "Call [PHONE] for help."),
        ),
        (
            "In 2020-2021 it grew by 1,300 to 13,000.",
            "Document No. 2019-140089 was issued.",
            "The 114-115 line opened.",
            "Mobile 2019-2020 was a good season.",
            "The call cost 13800138000 yuan.",
        ),
        when=_is_dense,
    ),
)
