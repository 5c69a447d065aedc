"""The frame of a flattened page: the title above its text, the stamp round it, and the names that pages open with.

The title opens the page, as the name of its window, and stands again above the text; where it stands but once, a full
stamp shows where the text begins, and what leads to the page (“Home > News”) where the title does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from pipelines.dates import CLOCK
from pipelines.document import Part
from pipelines.parse.blocks import word_count
from pipelines.parse.chrome import BUTTON_BAR, closing_mark
from pipelines.parse.items import DAY
from pipelines.parse.lexicon import AGENCIES, SITES, alternatives
from pipelines.parse.masthead import Masthead, masthead
from pipelines.parse.outlets import is_outlet, named
from pipelines.parse.pagewords import stop_share
from pipelines.parse.sentences import sentence_ends
from pipelines.parse.stamps import edition, is_full, resumed, stamps
from pipelines.parse.ways import CRUMB, STEP, menu, section, section_end

_SUFFIX = re.compile(r"\s+(?:-{1,3}|–|—|\||_|>|»)\s+|\s_(?=[A-Z])|(?<=[\w\"”])(?:--?|__?|\|)(?=[A-Z])")
_UNDERSCORES = re.compile(r"(?<=\w)_+(?=[A-Z])")
_MAY_SUFFIX = re.compile(r"[-–—|_>»](?=[-\sA-Z])")
"""What no suffix is without; looked for first, since a pattern that begins with blanks takes ten times as long."""
_SERIES = re.compile(r"(?:[\[【(][^\[\]【】()]{4,60}[\]】)]|[^:：]{4,120}[:：])\s?(?=[A-Z\"“])")
"""What may stand before a title in the name of the window alone: the name of a series, or whose page it is."""
_DAY_BEFORE = re.compile(rf"{CLOCK}|{DAY}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,", re.IGNORECASE)
_MIN_TITLE, _MAX_TITLE, _MIN_TITLE_WORDS, _OPENING = 8, 300, 4, 24
_MOST_SUFFIXES, _MOST_SITES, _MOST_REPEATS = 6, 2, 8
"""A title is sought at so many dashes, and each at so many places: a page of dashes must not take for ever."""
_FARTHEST_TITLE, FARTHEST_STAMP = 6_000, 2_500
_BEFORE_TITLE, _LONGEST_DECK, _MIN_DECK, _MOST_DECK_SENTENCES = 240, 330, 20, 3
_PROSE, _LONGEST_OPENED = 0.3, 200
_MENU, _MENU_SHARE, _LONGEST_DAY = 160, 0.3, 16
_PAUSE = re.compile(r"[a-z\d](?<!&gt)(?<!&nbsp)[,.;] (?!(?:19|20)\d\d\b)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_STRAIGHT = str.maketrans("‘’“”\u00a0", "''\"\" ")


class Frame(NamedTuple):
    """The spans of the title above the text and of the deck below it, and the mastheads with where they begin."""

    start: int
    end: int
    mastheads: tuple[tuple[int, Masthead], ...]
    deck: tuple[int, int] | None = None


def find_frame(text: str, *, is_menu: bool = False) -> Frame | None:
    """Find the title above the text and the masthead with the day; where it stands only once, the first full stamp.

    ``is_menu`` says that the page is known to open with a menu.
    """
    is_menu = is_menu or (_PAUSE.search(text, 0, _MENU) is None and stop_share(text[:_MENU]) < _MENU_SHARE)
    if not (is_menu or _first_suffix(text) or text.find(text[:_OPENING], _OPENING, _FARTHEST_TITLE) > 0):
        return _opened(text)  # as most paragraphs are told from pages, by their first words
    again, bare = _titled_again(text)
    led = _led_to(text) if is_menu and not again else None
    return again or led or _titled_once(text) or (_below_menu(text) if is_menu else None) or _opened(text) or bare


def _first_suffix(text: str) -> re.Match[str] | None:
    may_end = _MAY_SUFFIX.search(text, _MIN_TITLE, _MAX_TITLE)
    found = _SUFFIX.search(text, _MIN_TITLE, _MAX_TITLE) if may_end else None
    if found is None or found.group() != "-":
        return found
    return _UNDERSCORES.search(text, found.end(), _MAX_TITLE) or found  # what looks like a dash may be a name's hyphen


def _titled_again(text: str) -> tuple[Frame | None, Frame | None]:
    """The frame of a title that stands again, and the one that it has where no stamp is near."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    folded = folded.translate(_STRAIGHT)
    decked = bare = None
    for begin, title in _titles(text, folded):
        if (decked or bare) and is_outlet(title):
            break
        for place in _places(folded, begin, begin + len(title)):
            end = place + len(title)
            around = _around(text, place, end)
            if around:
                return Frame(place, end, around), None
            decked = decked or _cut_off(text, begin, place, end) or _decked(text, place, end)
            bare = _unstamped(text, place, end) or bare
    return decked, bare


def _places(text: str, begin: int, end: int) -> Iterator[int]:
    """Where a title stands again."""
    title = text[begin:end]
    place = text.find(title, end)
    for _ in range(_MOST_REPEATS):
        if not 0 <= place < _FARTHEST_TITLE:
            break
        yield place
        place = text.find(title, place + 1)


@cache
def _signed_deck() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s)(?P<paper>{named()})$")


def _decked(text: str, start: int, end: int) -> Frame | None:
    """A title with a deck of a sentence or two between it and the masthead."""
    stamped = next(stamps(text, end, end + _LONGEST_DECK), None)
    if stamped is None:
        return None
    deck = text[end : stamped[0]].strip()
    sign = _signed_deck().search(deck)
    if sign and word_count(deck[: sign.start()]) < _MIN_TITLE_WORDS:
        begin = text.index(deck, end) + sign.start("paper")
        outlet = Part("outlet", begin, begin + len(sign["paper"]))
        return Frame(start, end, ((begin, stamped[1]._replace(parts=(outlet, *stamped[1].parts))),))
    is_deck = len(deck) >= _MIN_DECK and text[start:end] not in deck and not closing_mark().search(deck)
    if not is_deck or deck[0].islower() or len(sentence_ends(deck)) > _MOST_DECK_SENTENCES or " > " in deck:
        return None
    begin = text.index(deck, end)
    return Frame(start, end, (stamped,), (begin, begin + len(deck)))


def _titles(text: str, folded: str) -> Iterator[tuple[int, str]]:
    """What the title can be, and where it begins: the words before a dash, and those that the page repeats.

    The name of the site may stand before the title as well.
    """
    most = _MOST_SUFFIXES if _first_suffix(text) else 0
    dashes = list(islice(_SUFFIX.finditer(text, _MIN_TITLE, _MAX_TITLE), most))
    names = [text[: dash.start()] for dash in dashes]
    yield from ((0, title) for title in names if not is_outlet(title))
    label = _SERIES.match(text, 0, _MAX_TITLE)
    begins = (0, *(dash.end() for dash in dashes[:_MOST_SITES]), *((label.end(),) if label else ()))
    for begin in sorted(begins, key=lambda begin: begin == 0 and any(map(is_outlet, names))):
        title = _without_known(text[begin : begin + _repeated(folded, begin)].rstrip(" -–—|_([（【:>"))
        if word_count(title) >= _MIN_TITLE_WORDS and closing_mark().search(text, begin + len(title)):
            yield begin, title
    yield from ((0, title) for title in names if is_outlet(title) and word_count(title) >= _MIN_TITLE_WORDS)


def _without_known(title: str) -> str:
    """Leave out the name of a site that stands behind a title wherever it stands."""
    known = re.compile(rf"\s(?:{alternatives(AGENCIES, SITES)})$").search(title)
    return title[: known.start()] if known and word_count(title[: known.start()]) >= _MIN_TITLE_WORDS else title


def _repeated(text: str, begin: int) -> int:
    """How many characters from ``begin`` on stand again further down, at most."""
    opening = text[begin : begin + _OPENING]
    place, best = text.find(opening, begin + len(opening), _FARTHEST_TITLE), 0
    for _ in range(_MOST_REPEATS):
        if place < 0:
            break
        best = max(best, _common(text, begin, place))
        place = text.find(opening, place + 1, _FARTHEST_TITLE)
    return best


def _common(text: str, begin: int, place: int) -> int:
    """How much of what stands at ``begin`` stands at ``place`` again, in whole words."""
    length = 0
    most = min(place - begin, _MAX_TITLE, len(text) - place)
    while length < most and text[begin + length] == text[place + length]:
        length += 1
    while (
        length
        and place + length < len(text)
        and text[place + length - 1].isalnum()
        and (text[place + length].isalnum() or text[begin + length].isalnum())
    ):
        length -= 1
    return length


def _cut_off(text: str, begin: int, start: int, end: int) -> Frame | None:
    """A title of which the name of the window has but the beginning, before an ellipsis."""
    if not re.compile(r"\s?\w{0,20}\s?(?:\.\.\.|…)").match(text, begin + end - start):
        return None
    stamped = next(stamps(text, end, end + _LONGEST_DECK // 2), None)
    title = text[start : stamped[0]].rstrip() if stamped else ""
    if stamped is None or len(sentence_ends(title)) > 1:
        return None
    return Frame(start, start + len(title), (stamped,))


def _around(text: str, start: int, end: int) -> tuple[tuple[int, Masthead], ...]:
    """The mastheads round a title, the day in one of them; nothing where there is no day."""
    below = masthead(text, end)
    if below.names("published_date"):
        return ((end, below),)
    for day in _DAY_BEFORE.finditer(text, max(0, start - _BEFORE_TITLE), start):
        above = masthead(text, day.start(), start)
        between = text[above.end : start].strip(" |/·>-")
        if (between == "" or section().fullmatch(between)) and above.names("published_date"):
            return ((day.start(), above), (end, below))
    return ()


def _titled_once(text: str) -> Frame | None:
    first = _first_suffix(text)
    if first is None or not closing_mark().search(text, first.end()):
        return None
    if word_count(text[: first.start()]) < _MIN_TITLE_WORDS and is_outlet(text[: first.start()]):
        return None
    for place, found in stamps(text, first.end() + 1, FARTHEST_STAMP):
        if is_full(text, place, found):
            return Frame(0, first.start(), ((place, found),))
    return None


def _unstamped(text: str, start: int, end: int) -> Frame | None:
    """A title that stands again right above prose, no day near it."""
    below = masthead(text, end)
    signed = _MARKED.search(text, below.end, below.end + _LONGEST_DECK)
    byline = masthead(text, signed.end()) if signed else None
    if signed and byline and byline.names("reporters") and word_count(text[start:end]) >= _MIN_TITLE_WORDS:
        deck = text[below.end : signed.start()].strip()
        begin = text.index(deck, below.end)
        above = (*edition(text, start), (end, below), (signed.start(), byline))
        return Frame(start, end, above, (begin, begin + len(deck)) if len(deck) >= _MIN_DECK else None)
    above = ((end, below), *resumed(text, below.end))
    prose = text[above[-1][1].end :][:_LONGEST_DECK]
    is_prose = stop_share(prose) >= _PROSE and len(sentence_ends(prose)) > 1 and prose.lstrip(' [(【"“')[:1].isupper()
    is_title = is_prose and word_count(text[start:end]) >= _MIN_TITLE_WORDS
    return Frame(start, end, (*edition(text, start), *above)) if is_title else None


_DECK_DASH = re.compile(r"\s+(?=(?:——|--)\s?[A-Z\"“])")
_MARKED = re.compile(r"[□■●◎◆▲○] ?(?=(?:This|Our|Reporter|Correspondent|Intern|All-media|[A-Z][a-z]+ [A-Z][a-z]+ ))")
"""What papers set before the names of their writers."""

_ACCOUNT_NAME = r"[A-Z][\w'’&·.-]*(?: (?:of |the |and )?[A-Z][\w'’&·.-]*){0,5}"
_ACCOUNT = re.compile(
    rf"\s(?:Original )?(?:(?P<twice>{_ACCOUNT_NAME}) (?P=twice)|(?<=\sOriginal )(?P<once>{_ACCOUNT_NAME}))$"
)


def _framed(
    text: str, start: int, stamp: tuple[int, Masthead], longest: int = _MAX_TITLE, *, least: int = _MIN_TITLE_WORDS
) -> Frame | None:
    """The frame of a title between ``start`` and its stamp, the account that signs there left out; or none."""
    title = text[start : stamp[0]].strip(" |/·>-–—")
    begin, account = text.index(title, start), _ACCOUNT.search(title)
    title = BUTTON_BAR.sub("", title[: account.start()] if account else title)
    dash = _DECK_DASH.search(title, _MIN_TITLE)
    deck = (begin + dash.end(), begin + len(title)) if dash else None
    title = title[: dash.start()] if dash else title
    is_one = all(title[end - 1] in "?!" for end in sentence_ends(title)[:-1])
    is_title = is_one and len(title) <= longest and word_count(title) >= least
    if not is_title or not closing_mark().search(text, stamp[1].end):
        return None
    if account:
        signed = Part("outlet", *(begin + place for place in account.span(str(account.lastgroup))))
        stamp = (signed.start, stamp[1]._replace(parts=(signed, *stamp[1].parts)))
    return Frame(begin, begin + len(title), (stamp,), deck)


def _opened(text: str) -> Frame | None:
    """A title with which the page opens, right before its stamp."""
    years = list(_YEAR.finditer(text, _MIN_TITLE, _MAX_TITLE))
    if not years or word_count(text[: years[0].start()]) < _MIN_TITLE_WORDS:
        return None
    stamped = next(stamps(text, _MIN_TITLE, years[-1].end() + _LONGEST_DAY), None)
    return _framed(text, 0, stamped, _LONGEST_OPENED) if stamped and is_full(text, *stamped) else None


def _led_to(text: str) -> Frame | None:
    """A title that stands once, behind what leads to the page (“Home > News > Press releases”), before a stamp."""
    crumb = CRUMB.search(text, 0, FARTHEST_STAMP)
    if crumb is None:
        return None
    for stamp in stamps(text, crumb.end(), crumb.end() + _LONGEST_DECK + _MAX_TITLE):
        above = text[crumb.start() : stamp[0]]
        last = max(m.end() for m in STEP.finditer(above))
        framed = _framed(text, crumb.start() + last + section_end(above[last:]), stamp, least=_MIN_TITLE_WORDS - 1)
        if framed:
            return framed
    return None


def _below_menu(text: str) -> Frame | None:
    """A title that stands once, between a menu and a full stamp."""
    stamp = next((stamp for stamp in stamps(text, 1, FARTHEST_STAMP) if is_full(text, *stamp)), None)
    last = next(reversed(list(menu().finditer(text, 0, stamp[0]))), None) if stamp else None
    if stamp is None or last is None:
        return None
    start = last.end() + len(text[last.end() :]) - len(text[last.end() :].lstrip(" |/·>"))
    start = last.start() + last.group().rindex(" ") + 1 if text[start].islower() else start
    return _framed(text, start, stamp)
