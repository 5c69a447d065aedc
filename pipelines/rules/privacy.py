"""Personal data: addresses and numbers that lead to a person are masked, in the text and in every table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import Edit
from pipelines.rules.rule import EVERYWHERE, Rule, View

EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
TELEPHONE = re.compile(
    r"(?:(?<=tel)|(?<=phone)|(?<=hotline)|(?<=fax)|(?<=mobile)|(?<=call)|(?<=dial))(?:\s*(?:no|number)s?\.?)?\s{0,3}[:：]?\s{0,3}"
    r"(?P<labelled>\(?\+?\d[\d\s()/-]{5,18}\d)"
    r"|(?<![\w.+-])(?P<bare>\+86[\s-]?\d{2,4}[\s-]?\d{4}[\s-]?\d{4}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}-\d{7,9})(?![\w-])",
    re.IGNORECASE,
)


def _redact(rule: str, start: int, end: int, mask: str) -> Edit:
    """Mask a span; what stands in ``before`` is as long as what it hides, so that all offsets hold after an undo."""
    length = end - start
    return Edit(start, end, rule, "personal_data", "redact", mask[:length].ljust(length, "*"), after=mask)


def _find_email(view: View) -> Iterator[Edit]:
    for match in view.matches(EMAIL, EVERYWHERE):
        yield _redact("redact-email", match.start(), match.end(), "[EMAIL]")


def _find_telephone(view: View) -> Iterator[Edit]:
    for match in view.matches(TELEPHONE, EVERYWHERE):
        group = "labelled" if match["labelled"] else "bare"
        yield _redact("redact-telephone", match.start(group), match.end(group), "[PHONE]")


PRIVACY = (
    Rule(
        "redact-email",
        "personal_data",
        "redact",
        "An e-mail address leads to a person or an office; the research does not need it.",
        _find_email,
        (
            ("Write to wang@example.org for a form.", "Write to [EMAIL] for a form."),
            ("Letters reach news.desk@press.example.cn by noon.", "Letters reach [EMAIL] by noon."),
        ),
        ("Meet @ noon in the hall.", "The price is 5 yuan @ market rate."),
        anchors=("@",),
    ),
    Rule(
        "redact-telephone",
        "personal_data",
        "redact",
        "A telephone number leads to a person or an office; the research does not need it.",
        _find_telephone,
        (
            ("Ask at tel: 020-81789645 on weekdays.", "Ask at tel: [PHONE] on weekdays."),
            ("Call +86 138 0013 8000 for help.", "Call [PHONE] for help."),
        ),
        (
            "In 2020-2021 it grew by 1,300 to 13,000.",
            "Document No. 2019-140089 was issued.",
            "The 114-115 line opened.",
        ),
        anchors=(
            "tel",
            "phone",
            "hotline",
            "fax",
            "mobile",
            "call",
            "dial",
            "+86",
            "13",
            "14",
            "15",
            "16",
            "17",
            "18",
            "19",
            "0",
        ),
    ),
)
