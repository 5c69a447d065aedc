"""Parsing: layouts are recognised wherever they come from, and ordinary prose is left in the body."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.document import Document
from pipelines.parse import parse
from pipelines.parse.dateline import _forms
from pipelines.parse.people import people
from tests.pace import too_slow
from tests.texts import raw_texts, refined

LIMIT = 0.5
"""CPU seconds that 100 kB of the worst case of a form may take."""
STAMPED = [("published_date", "2022-07-09"), ("published_time", "10:20")]
LEAD = (
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
)


def roles(raw: str) -> list[tuple[str, str]]:
    return [(p.role, raw[p.start : p.end]) for p in parse(raw).paragraphs]


def parts(raw: str) -> list[tuple[str, str]]:
    return [(part.field, raw[part.start : part.end]) for p in parse(raw).paragraphs for part in p.parts]


@given(raw_texts)
def test_paragraphs_are_in_order_and_cover_every_letter(raw: str) -> None:
    document: Document = parse(raw)
    position = 0
    for paragraph in document.paragraphs:
        assert position <= paragraph.start < paragraph.end
        assert not any(c.isalnum() for c in raw[position : paragraph.start])
        position = paragraph.end
    assert not any(c.isalnum() for c in raw[position:])


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (
            "BEIJING, April 25 (Xinhua) -- ",
            [("dateline_place", "BEIJING"), ("dateline_date", "April 25"), ("outlet", "Xinhua")],
        ),
        (
            "HONG KONG, Dec. 3 (Xinhua) — ",
            [("dateline_place", "HONG KONG"), ("dateline_date", "Dec. 3"), ("outlet", "Xinhua")],
        ),
        (
            "Huasheng Online, January 19th (all-media reporter Deng Jingjing) ",
            [("outlet", "Huasheng Online"), ("dateline_date", "January 19th"), ("reporters", "Deng Jingjing")],
        ),
        (
            "Xinhua News Agency, Changsha, July 26 (Reporter Li Yang, Han Ting) ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_place", "Changsha"),
                ("dateline_date", "July 26"),
                ("reporters", "Li Yang"),
                ("reporters", "Han Ting"),
            ],
        ),
        ("Chinanews, July 26th, ", [("outlet", "Chinanews"), ("dateline_date", "July 26th")]),
        ("China News Service, July 26. ", [("outlet", "China News Service"), ("dateline_date", "July 26")]),
        (
            "China-Singapore Jingwei Client, May 3. ",
            [("outlet", "China-Singapore Jingwei"), ("dateline_date", "May 3")],
        ),
        (
            "Taipei, July 26 (CNA) ",
            [("dateline_place", "Taipei"), ("dateline_date", "July 26"), ("outlet", "CNA")],
        ),
        ("(Yicai) Aug. 5 -- ", [("dateline_date", "Aug. 5"), ("outlet", "Yicai")]),
        (
            "Our newspaper, Changsha, May 3 (reporter Li Yang) ",
            [("dateline_place", "Changsha"), ("dateline_date", "May 3"), ("reporters", "Li Yang")],
        ),
        (
            "Our newspaper, Changsha, May 3 - Li Yang and special correspondent Wang Min report: ",
            [
                ("dateline_place", "Changsha"),
                ("dateline_date", "May 3"),
                ("reporters", "Li Yang"),
                ("reporters", "Wang Min"),
            ],
        ),
        ("This newspaper (Reporter Li Yang) ", [("reporters", "Li Yang")]),
        (
            "Xinhua News Agency, Beijing, July 26 Electricity (Reporter Li Yang) ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_place", "Beijing"),
                ("dateline_date", "July 26"),
                ("reporters", "Li Yang"),
            ],
        ),
        (
            "Xinhua News Agency Beijing on July 26 (reporter Li Yang) ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_place", "Beijing"),
                ("dateline_date", "July 26"),
                ("reporters", "Li Yang"),
            ],
        ),
        (
            "Xinhua News Agency, July 26, Beijing (reporter Li Yang) ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_date", "July 26"),
                ("dateline_place", "Beijing"),
                ("reporters", "Li Yang"),
            ],
        ),
        (
            "Beijing, Xinhua News Agency, July 26 (Reporter Li Yang) ",
            [
                ("dateline_place", "Beijing"),
                ("outlet", "Xinhua News Agency"),
                ("dateline_date", "July 26"),
                ("reporters", "Li Yang"),
            ],
        ),
        (
            "According to Xinhua, Beijing, July 26 (Reporter Li Yang) ",
            [
                ("outlet", "Xinhua"),
                ("dateline_place", "Beijing"),
                ("dateline_date", "July 26"),
                ("reporters", "Li Yang"),
            ],
        ),
        (
            "BEIJING, July 26 (Xinhua) -- (Reporter Li Yang) ",
            [
                ("dateline_place", "BEIJING"),
                ("dateline_date", "July 26"),
                ("outlet", "Xinhua"),
                ("reporters", "Li Yang"),
            ],
        ),
        ("BEIJING, July 26 – ", [("dateline_place", "BEIJING"), ("dateline_date", "July 26")]),
        (
            "[Xinhua News Agency, Beijing, July 26] ",
            [("outlet", "Xinhua News Agency"), ("dateline_place", "Beijing"), ("dateline_date", "July 26")],
        ),
        (
            "Hunan Daily reported on July 26 (Reporter Li Yang) ",
            [("outlet", "Hunan Daily"), ("dateline_date", "July 26"), ("reporters", "Li Yang")],
        ),
        (
            "CNR, Beijing, July 26 (Reporter Li Yang) ",
            [("outlet", "CNR"), ("dateline_place", "Beijing"), ("dateline_date", "July 26"), ("reporters", "Li Yang")],
        ),
        ("News from this newspaper (reporter Li Yang) ", [("reporters", "Li Yang")]),
        (
            "River Net News (Reporter Li Yang Photo by Han Ting) ",
            [("outlet", "River Net"), ("reporters", "Li Yang"), ("photographers", "Han Ting")],
        ),
        (
            "Beijing, July 26 (Reporter Li Yang) -- ",
            [("dateline_place", "Beijing"), ("dateline_date", "July 26"), ("reporters", "Li Yang")],
        ),
        ("Southern Daily News (Reporter Li Yang) ", [("outlet", "Southern Daily"), ("reporters", "Li Yang")]),
        ("【Global Network reporter Li Yang】 ", [("outlet", "Global Network"), ("reporters", "Li Yang")]),
        ("Overseas Network, May 3. ", [("outlet", "Overseas Network"), ("dateline_date", "May 3")]),
        (
            "Xinhua News Agency, Changsha, May 3, reporter Li Yang reported: ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_place", "Changsha"),
                ("dateline_date", "May 3"),
                ("reporters", "Li Yang"),
            ],
        ),
        ("CCTV News: ", [("outlet", "CCTV News")]),
        ("CCTV news: ", [("outlet", "CCTV news")]),
        ("(CNN) May 3 - ", [("dateline_date", "May 3"), ("outlet", "CNN")]),
        ("(Reuters) -- ", [("outlet", "Reuters")]),
        ("(Deutsche Welle Chinese website) ", [("outlet", "Deutsche Welle Chinese website")]),
        ("CNN, May 3 - ", [("outlet", "CNN"), ("dateline_date", "May 3")]),
        ("ChinaNews, May 3 (Xinhua) -- ", [("outlet", "ChinaNews"), ("dateline_date", "May 3")]),
        ("CCTV News Client: ", [("outlet", "CCTV News")]),
        ("Beijing News (Reporter Li Yang): ", [("outlet", "Beijing News"), ("reporters", "Li Yang")]),
        *(
            (
                f"China News Service, Changsha, May 3{signed} ",
                [
                    ("outlet", "China News Service"),
                    ("dateline_place", "Changsha"),
                    ("dateline_date", "May 3"),
                    ("reporters", "Li Yang"),
                ],
            )
            for signed in (" (Reporter Li Yang):", " (reporter Li Yang).", " (Li Yang, reporter)", " - (Li Yang)")
        ),
        (
            "CHANGSHA, May 3 (Xinhua): ",
            [("dateline_place", "CHANGSHA"), ("dateline_date", "May 3"), ("outlet", "Xinhua")],
        ),
        *(
            (f"Changsha, May 3 ({signed}){end}", [("dateline_place", "Changsha"), ("dateline_date", "May 3"), *who])
            for signed, end, who in (
                ("Li Yang", " - ", [("reporters", "Li Yang")]),
                ("Li Yang", " ", [("reporters", "Li Yang")]),
                ("Li Yang, Han Ting", ", ", [("reporters", "Li Yang"), ("reporters", "Han Ting")]),
                (
                    "Xinhua Li Yang Han Ting",
                    " - ",
                    [("outlet", "Xinhua"), ("reporters", "Li Yang"), ("reporters", "Han Ting")],
                ),
                ("Yang Cheng Evening News", " - ", [("outlet", "Yang Cheng Evening News")]),
            )
        ),
        (
            "Xinhua News Agency Changsha May 3 (Reporter Li Yang) ",
            [
                ("outlet", "Xinhua News Agency"),
                ("dateline_place", "Changsha"),
                ("dateline_date", "May 3"),
                ("reporters", "Li Yang"),
            ],
        ),
        ("Beijing News (Reporter Li Yang) ", [("outlet", "Beijing News"), ("reporters", "Li Yang")]),
        (
            "(Central News Agency reporter Li Yang, Taipei, May 3) ",
            [
                ("outlet", "Central News Agency"),
                ("dateline_place", "Taipei"),
                ("dateline_date", "May 3"),
                ("reporters", "Li Yang"),
            ],
        ),
    ],
)
def test_datelines(head: str, found: list[tuple[str, str]]) -> None:
    assert parts(head + LEAD) == found
    assert roles(head + LEAD)[-1] == ("body", LEAD)


PAPERS = ("Xinhua News Agency", "Hunan Daily", "The Kerrin Evening News", "Our newspaper", "CNA", "Our reporter", "")
PLACES = ("Changsha, ", "BEIJING, ", "from Changsha ", "")
DAYS = ("July 26", "26 July", "Dec. 3rd, 2022", "july 26", "")
SIGNERS = ("(Reporter Li Yang)", "(Xinhua)", "(Li Yang, Wang Min)", "reporter Li Yang ", " reported", "")
GAPS = st.sampled_from((" ", ", ", "", " client, ", ". "))
datelines = st.tuples(
    st.sampled_from(PAPERS), GAPS, st.sampled_from(PLACES), st.sampled_from(DAYS), GAPS, st.sampled_from(SIGNERS),
    st.sampled_from((" -- ", ": ", ". ", "", " ")),
).map("".join)  # fmt: skip


@given(datelines)
@settings(max_examples=500)
def test_no_sign_hides_a_dateline(opening: str) -> None:
    text = f"{opening}On July 3, the bridge was opened (see below)."
    for sign, form in _forms(in_brackets=text.startswith("(")):
        assert sign(text) or not re.match(form, text)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("BEIJING, July 26 (Xinhua) --", ["BEIJING", "July 26", "Xinhua"]),
        (
            "Xinhua News Agency, Beijing, July 26 (Reporter Li Yang)",
            ["Xinhua News Agency", "Beijing", "July 26", "Li Yang"],
        ),
        (
            "New Hunan · Hunan Daily, Changsha, July 26 (New Hunan · Hunan Daily reporter Li Yang)",
            ["Hunan Daily", "Changsha", "July 26", "Hunan Daily", "Li Yang"],
        ),
    ],
)
def test_a_dateline_may_stand_on_a_line_of_its_own(line: str, found: list[str]) -> None:
    raw = f"A new bridge opens to traffic\n{line}\n{LEAD}"
    assert [role for role, _ in roles(raw)] == ["title", "dateline", "body"]
    assert [value for _, value in parts(raw)] == found


def test_our_reporter_reports_from_a_place() -> None:
    said = f"Our reporter Li Yang reports from Changsha {LEAD}"
    assert parts(said) == [("dateline_place", "Changsha"), ("reporters", "Li Yang")]
    assert roles(said)[-1] == ("body", LEAD)


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("[Editor in charge: Li Yang]", [("editors", "Li Yang")]),
        (
            "Source:Xinhua Author:Han Ting Editor:Li Yang",
            [("outlet", "Xinhua"), ("reporters", "Han Ting"), ("editors", "Li Yang")],
        ),
        ("Correspondent Han Ting Editor Li Yang", [("reporters", "Han Ting"), ("editors", "Li Yang")]),
    ],
)
def test_credits_that_are_glued_to_the_end_are_taken_off(end: str, found: list[tuple[str, str]]) -> None:
    for joint in ("", " "):
        assert parts(f"{LEAD}\n\n{LEAD}{joint}{end}") == found
        assert roles(f"{LEAD}\n\n{LEAD}{joint}{end}")[:2] == [("body", LEAD), ("body", LEAD)]


def test_a_summary_above_the_text_is_a_deck_and_keywords_are_no_part_of_the_title() -> None:
    tip = "Ducks eat the weeds and the insects. The rice eats what they leave behind."
    for label in ("[Core tip]", "Reading tips:", "Core reading:"):
        found = refined(f"A new bridge opens in the county|bridge|the county_River Network\n\n{label} {tip}\n\n{LEAD}")
        assert (found.text, found.fields.subtitles) == (LEAD, (tip,))
        assert found.fields.title == "A new bridge opens in the county"


def test_reporters_that_are_glued_to_a_sentence_are_taken_off() -> None:
    told = "On May 3, River County opened its library to all who had waited for it."
    assert parts(f"Old River Observation Reporter Li Yang and Han Ting {told}") == [
        ("reporters", "Li Yang"),
        ("reporters", "Han Ting"),
    ]
    assert roles(f"Old River Observation Reporter Li Yang and Han Ting {told}")[-1] == ("body", told)


@pytest.mark.parametrize(
    "line",
    [
        "On April 25, Xinhua reported that it was held.",
        "Beijing, April 2024: a look back at the year.",
        "Xinhua, the agency, was founded long ago.",
        "Xinhua: Why did you come to the county in the first place, and why do you stay here now?",
        "The Evening Post (founded in 1901) was sold in March to the county, which is to run it.",
        "Paris, July 14 (a Sunday) was where and when it began, and the rest is known to all of them.",
        "(Reuters) cameras stood at the door when it began, and the rest is known to all of them.",
        "Good news: the county is to have a library of its own in May, and a park in June of the same year.",
        "Reporter Li Yang said In May what nobody had said, and the rest is known to all of them.",
    ],
)
def test_prose_is_no_dateline(line: str) -> None:
    assert roles(f"{line}\n\n{LEAD}")[0] == ("body", line)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "(Li Yang) (Editor: Yang Rui, Han Ting).",
            [("reporters", "Li Yang"), ("editors", "Yang Rui"), ("editors", "Han Ting")],
        ),
        (
            "Edit:He Chuanning\u00a0\u00a0\u00a0Responsible editor:Su Suiyue",
            [("editors", "He Chuanning"), ("editors", "Su Suiyue")],
        ),
        ("Source: People's Daily Online", [("outlet", "People's Daily Online")]),
        ("Photo by Tang Jun", [("photographers", "Tang Jun")]),
        ("[Photo by Tang Jun/China Daily]", [("photographers", "Tang Jun")]),
        ("(According to Reuters)", [("outlet", "Reuters")]),
        ("(China-Singapore Jingwei APP)", [("outlet", "China-Singapore Jingwei")]),
        ("Editor Wang Lei", [("editors", "Wang Lei")]),
        ("Edit/Wang Lei", [("editors", "Wang Lei")]),
        ("(This article is from The Paper. For more original information, please download the APP)", []),
        ("Editor on duty: Wang Lei", [("editors", "Wang Lei")]),
        ("Second trial: Wang Lei", []),
        ("(Overseas Network Li Yang)", [("outlet", "Overseas Network"), ("reporters", "Li Yang")]),
        ("(Over)", []),
        ("Proofreading Wang Lei", []),
        ("(Intern Li Yang also contributed to this article)", [("reporters", "Li Yang")]),
        ("(Li Yang, as an intern, also contributed to this report.)", [("reporters", "Li Yang")]),
        (
            "PLA Daily correspondent Li Yang, special correspondent Han Ting",
            [("outlet", "PLA Daily"), ("reporters", "Li Yang"), ("reporters", "Han Ting")],
        ),
        ("“People's Daily” (May 3, 2021, 11th edition)", []),
    ],
)
def test_credit_lines(line: str, found: list[tuple[str, str]]) -> None:
    assert parts(f"{LEAD}\n\n{line}") == found


@pytest.mark.parametrize(
    "line",
    [
        "The editor: he was tired after the long day at the desk, and he went home to his family at once.",
        "The model cities (counties) were named.",
    ],
)
def test_prose_is_no_credit(line: str) -> None:
    assert roles(f"{LEAD}\n\n{line}")[-1] == ("body", line)


def test_a_headline_needs_a_text_below_it() -> None:
    assert roles("A line without a stop") == [("body", "A line without a stop")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Reporter Li Yang, Han Ting and Su Suiyue", ["Li Yang", "Han Ting", "Su Suiyue"]),
        ("Deng Jingjing / Wang Yu", ["Deng Jingjing", "Wang Yu"]),
        ("", []),
    ],
)
def test_people(text: str, names: list[str]) -> None:
    assert [text[a:b] for a, b in people(text)] == names


INTERVIEW = (
    "Reporter: Why did you come here?",
    "Wang: I wanted to teach, and the county needed teachers more than any other place that I knew.",
    "Reporter: Was it hard?",
    "Wang: It was, and I would do it again.",
)


def test_the_questions_of_an_interview_stay() -> None:
    raw = "\n\n".join((LEAD, *INTERVIEW))
    assert [text for _, text in roles(raw)] == [LEAD, *INTERVIEW]
    assert {role for role, _ in roles(raw)} == {"body"}


@pytest.mark.parametrize(
    "line",
    ["From: the mayor", "Source: unknown", "Edited by computer.", "(Applause Long Time)", "(They rose and sang.)"],
)
def test_what_only_looks_like_a_credit_stays(line: str) -> None:
    assert ("body", line) in roles(f"{LEAD}\n\n{line}\n\n{LEAD}")


def test_verse_is_no_row_of_headlines() -> None:
    verse = (
        "Over the hills the morning comes\nThe river turns its back to town\n"
        "A boat is tied and no one hums\nThe gulls look on and settle down"
    )
    assert {role for role, _ in roles(f"{verse}\n{LEAD}")} == {"body"}


def test_a_statement_that_quotes_a_notice_stays() -> None:
    line = (
        "The court said that nobody may infringe your rights, and that whoever prints a text again should please "
        "indicate the source, as the law has had it since 1990 in all provinces."
    )
    assert roles(f"{LEAD}\n\n{line}")[-1] == ("body", line)


def test_a_place_with_an_apostrophe_keeps_its_case() -> None:
    assert refined(f"XI'AN, May 3 (Xinhua) -- {LEAD}").fields.dateline_place == "Xi'an"


HEAD_LINES = {
    "Source: Hunan Daily  Author: Li Yang  Editor: Han Ting  2024-03-05 08:30": {"outlet", "reporters", "editors"},
    "2024-03-05 08:30 Source: People's Daily Online": {"outlet"},
    "Published: 2024-03-05 08:30:00 | Source: Xinhua News Agency | Views: 123": {"outlet"},
    "Release time: March 5, 2024 08:30": set(),
}


@pytest.mark.parametrize("line", HEAD_LINES)
def test_a_line_of_credits_may_hold_the_time(line: str) -> None:
    found = parts(f"Work conference held in Changsha\n{line}\n{LEAD}")
    assert {field for field, _ in found} == HEAD_LINES[line] | {"published_date", "published_time"}


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        (" (Reporter Li Yang)", [("reporters", "Li Yang")]),
        ("(Responsible editor: Han Ting)", [("editors", "Han Ting")]),
        ("\n\n(Reporter Li Yang; Editor Han Ting)", [("reporters", "Li Yang"), ("editors", "Han Ting")]),
        (" (End)\n\n[Close] [Print]\n\nPrevious: Old news\n\nNext: More news", []),
    ],
)
def test_what_closes_a_text_comes_off(tail: str, found: list[tuple[str, str]]) -> None:
    assert parts(LEAD + tail) == found
    assert [text for role, text in roles(LEAD + tail) if role == "body"] == [LEAD]


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        ("(Reporter Li Hua, editor Wang Min)", {"reporters": ("Li Hua",), "editors": ("Wang Min",)}),
        (
            "(Reporters Li Hua and Zhao Liu, editor Wang Min)",
            {"reporters": ("Li Hua", "Zhao Liu"), "editors": ("Wang Min",)},
        ),
        ("(Reporter Li Hua, photo by Wang Min)", {"reporters": ("Li Hua",), "photographers": ("Wang Min",)}),
        ("(Reporter Li Hua Correspondent Wang Min)", {"reporters": ("Li Hua", "Wang Min")}),
    ],
)
@pytest.mark.parametrize("place", ["{text}{credit}", "{text}\n\n{credit}", "Changsha, May 4 {credit} {text}"])
def test_each_name_in_brackets_goes_where_the_label_before_it_says(
    place: str, credit: str, names: dict[str, tuple[str, ...]]
) -> None:
    got = refined(place.format(text=LEAD, credit=credit))
    found = {column: getattr(got.fields, column) for column in ("reporters", "editors", "photographers")}
    assert {column: value for column, value in found.items() if value} == names
    assert got.text == LEAD


@pytest.mark.parametrize(
    "bar",
    [
        "Share on Facebook Share on Twitter",
        "Share Facebook Twitter Whatsapp Email",
        "Print Email Share",
        "Share this article on Weibo",
        "By Lin Tao, China Daily | Updated: 2022-07-09 10:20",
    ],
)
def test_a_bar_of_buttons_or_a_byline_is_no_headline(bar: str) -> None:
    for raw in (
        f"A new bridge opens in the county\n\n{bar}\n\n{LEAD}",
        f"{bar}\n\nA new bridge opens in the county\n\n{LEAD}",
    ):
        got = refined(raw)
        assert (got.fields.title, got.fields.subtitles) == ("A new bridge opens in the county", ())
        assert got.text == LEAD


@pytest.mark.parametrize(
    "line", ["Share the bread, print the news", "Share and share alike", "An e-mail to the county"]
)
def test_a_headline_that_speaks_of_sharing_stays_one(line: str) -> None:
    assert refined(f"{line}\n\n{LEAD}").fields.title == line


@pytest.mark.parametrize("head", ["GUIYANG, May 6 -- ", "Shijiazhuang, Oct. 12 (Reporter Li Ming) "])
def test_datelines_without_an_agency(head: str) -> None:
    assert parts(head + LEAD)[0][0] == "dateline_place"
    assert roles(head + LEAD)[-1] == ("body", LEAD)


WRAPPED = (
    "Railway to the coast opens\n\n2022-07-09\n\n"
    "The line of 212 kilometers to the coast is finished, the railway of the\n"
    "province said on Wednesday. It took six years to build and cost more than\n3,000 workers their holidays.\n"
)


def test_the_first_lines_of_a_text_with_hard_line_ends_are_no_headlines() -> None:
    document = parse(WRAPPED)
    assert [p.role for p in document.paragraphs if p.role != "body"] == ["title", "stamp"]
    assert "The line of 212" in refined(WRAPPED).text


def test_an_agency_in_a_credit_is_no_photographer() -> None:
    text = "A bridge opens\n\nThe bridge was opened on Wednesday, and all came to see it. (Photo by Wang Lei/Xinhua)\n"
    assert refined(text).fields.photographers == ("Wang Lei",)


@pytest.mark.parametrize(
    "suffix",
    [
        "-Xinhua English.news.cn", "-Xinhuanet.com", " - 华声在线", "-Hunan Daily - 华声在线", "_Guangming.com",
        " | CNA", "--People's Daily Online", "_The Paper", "_China Economic Net——National Economic Portal",
        "-chinanews.com", "_Eastday", "_News_Eastday", "｜The Paper", "-Viewpoint Headline-Hunan Daily-Huasheng Online",
        "_Lakeside Evening News·Lakeside Pai", "__China Green Times__Chinese Forestry Network",
        " - Lakeside Prefecture People's Government portal",
        "-Half-Month Talk Net", " -River Network-Local news website", " - River Net - Professional News Site",
        " - Voice of America", " - BBC News Chinese",
        " -- Sports -- People's Daily Online", "_Policy interpretation_The Paper",
    ],
)  # fmt: skip
def test_the_name_of_the_site_comes_off_the_headline(suffix: str) -> None:
    assert refined(f"A new bridge opens to traffic{suffix}\n\n{LEAD}").fields.title == "A new bridge opens to traffic"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "By Lin Tao, China Daily | Updated: 2022-07-09 10:20",
            [("reporters", "Lin Tao"), ("outlet", "China Daily"), *STAMPED],
        ),
        ("Beijing Daily Client | Reporter Li Yang", [("outlet", "Beijing Daily"), ("reporters", "Li Yang")]),
        ("Text/Li Yang Photo/Han Ting", [("reporters", "Li Yang"), ("photographers", "Han Ting")]),
        (
            "July 9, 2022 10:20 Source: Legal Daily [Print]",
            [("published_date", "July 9, 2022"), STAMPED[1], ("outlet", "Legal Daily")],
        ),
        ("Issuer: Bureau of Culture   Date of issue: 2022-07-09", [("outlet", "Bureau of Culture"), STAMPED[0]]),
        ("Share to: WeChat Weibo QQ", []),
        ("Font size: big medium small", []),
        ("Print", []),
        (
            "Published: 2022-07-09 10:20 | Source: Legal Daily | Editor: Wang Lei | Font size: big medium small",
            [*STAMPED, ("outlet", "Legal Daily"), ("editors", "Wang Lei")],
        ),
    ],
)  # fmt: skip
def test_what_a_page_sets_below_its_headline_is_no_deck(line: str, found: list[tuple[str, str]]) -> None:
    raw = f"A new bridge opens to traffic\n{line}\n{LEAD}"
    assert parts(raw) == found
    assert [role for role, _ in roles(raw)] in (["title", "stamp", "body"], ["title", "chrome", "body"])


def test_the_name_of_a_series_before_the_headline_makes_a_deck() -> None:
    raw = f"A new bridge opens\n(Stories of Rural China) A bridge opens to traffic\n{LEAD}"
    assert refined(raw).fields.subtitles == ("(Stories of Rural China) A bridge opens to traffic",)


def test_a_headline_that_ends_as_a_sentence_does_is_told_by_the_dateline_below_it() -> None:
    assert refined(f"Is the night market good for us?\nChina News Service, July 26. {LEAD}").fields.title
    assert not refined(f"Is the night market good for us?\n\n{LEAD}").fields.title


@pytest.mark.parametrize(
    "line", ["ARTICLE I. NAME", "Chapter 2", "1. PAN, iron, about 1790", "Run it for 1 1/4 miles to the ford.2"]
)
def test_what_parts_a_text_is_no_deck(line: str) -> None:
    assert roles(f"Bylaws of the reading club\n\n{line}\n\n{LEAD}")[1] == ("body", line)


@pytest.mark.parametrize("line", ["({} Photo by Li Yang)", "({} Photo by Li Yang).", "{} Photo by Li Yang"])
def test_a_caption_leaves_its_brackets_and_its_photographer_behind(line: str) -> None:
    shown = "Children read in the yard of the school."
    got = refined(f"The county opens a school\n\n2024-05-03\n\n{LEAD}\n\n{line.format(shown)}\n\n{LEAD} It was glad.")
    assert (got.fields.captions, got.fields.photographers) == ((shown,), ("Li Yang",))
    assert got.text == f"{LEAD}\n\n{LEAD} It was glad."


def test_a_picture_above_the_dateline_leaves_its_caption() -> None:
    shown = "On May 3, villagers dry tea leaves in the yard."
    raw = (
        f"Tea is dry\n{shown} Photo by Xinhua News Agency reporter Li Yang\nXinhua News Agency, Changsha, May 4. {LEAD}"
    )
    got = refined(raw)
    assert (got.fields.captions, got.fields.photographers, got.text) == ((shown,), ("Li Yang",), LEAD)


def test_a_few_wrapped_lines_are_joined_where_nothing_else_can_be_meant() -> None:
    raw = (
        f"{LEAD}\nIt took six years to build and cost more than three thousand of the\nworkers their holidays.\n{LEAD}"
    )
    joined = "It took six years to build and cost more than three thousand of the workers their holidays."
    assert refined(raw).text.split("\n\n") == [LEAD, joined, LEAD]


@pytest.mark.parametrize(
    "line", ["Aa-" * 30_000, "A-" * 40_000 + ", May 3", "CHANGSHA, " * 9_000, "By Aa Bb, " * 9_000]
)
def test_a_name_without_end_does_not_take_for_ever(line: str) -> None:
    assert too_slow("a name", lambda text: lambda: parse(text), line, LIMIT) is None


FRAMED = f"A bridge opens to the public - Xinhua Home A bridge opens to the public 2024-01-02 10:11:12 {LEAD} "
"""The beginning of a whole page in one line, up to its text."""


SIGNS = [
    "CHANGSHA, May 3 (Xinhua) -- ",
    "CHANGSHA, May 3 -- ",
    "Xinhua News Agency, Changsha, May 3 (Reporter Li Yang) ",
    "Hunan Daily, May 3 (All Media Reporter Li Yang Correspondent Wang Wu) ",
    "Changsha, May 3 (Reporter Li Yang) ",
    "Changsha, May 3 (Xinhua) ",
    "(Xinhua) Changsha, May 3 -- ",
    "(Xinhua reporter Li Yang, Changsha, May 3) ",
    "Xinhua, Changsha, May 3. ",
    "[Xinhua Reporter Li Yang] ",
    "Our newspaper (Reporter Li Yang) ",
    "People's Daily, May 3. ",
    "China News: ",
]
"""A dateline of each form."""


@pytest.mark.parametrize("above", ["", FRAMED], ids=["line", "page"])
@pytest.mark.parametrize(
    "words", ["Editor: ", "Most Read ", "Xinhua ", "China Daily ", "(End) ", "Xinhua, May 3 ", *SIGNS]
)
def test_words_of_a_site_without_end_do_not_take_for_ever(words: str, above: str) -> None:
    def work(text: str) -> Callable[[], object]:
        return lambda: parse(f"{above}{text}{LEAD}")

    assert too_slow(words, work, words * (100_000 // len(words)), LIMIT) is None


@pytest.mark.parametrize("sign", SIGNS)
def test_datelines_in_a_row_are_all_taken_off(sign: str) -> None:
    assert [text for role, text in roles(sign * 3 + LEAD) if role == "body"] == [LEAD]
    assert refined(sign * 3 + LEAD).text == LEAD


def test_what_stands_between_the_headline_and_the_dateline_is_deck_or_caption() -> None:
    shown = "On May 3, children read in the yard of the school.\nIssued by Xinhua (Photo by Li Yang)"
    above = f"Books come by mule to the villages.\n{shown}"
    got = refined(f"Library on four legs\n{above}\nXinhua News Agency, Changsha, May 4. {LEAD}")
    assert got.fields.subtitles == ("Books come by mule to the villages.",)
    assert got.fields.captions == ("On May 3, children read in the yard of the school.",)
    assert (got.fields.photographers, got.text) == (("Li Yang",), LEAD)


def test_the_last_paragraph_before_the_credit_of_a_picture_stays() -> None:
    got = refined(f"A bridge opens\n{LEAD}\nThe bridge is long, and all came to see it. (Photo by Wang Lei)\n")
    assert got.text.endswith("The bridge is long, and all came to see it.")


@pytest.mark.parametrize("line", ["Related News", "Hot News", "Top Daily"])
def test_a_line_that_ends_as_papers_do_is_no_outlet(line: str) -> None:
    assert refined(f"A bridge opens\n{LEAD}\n{LEAD}\n{line}\n").fields.outlet is None


def test_a_short_letter_is_no_deck() -> None:
    asked = "My cat will not eat. What should I do? - Worried, Bath"
    assert roles(f"Ask the vet\n\n{asked}\n\n{LEAD}")[1] == ("body", asked)


def test_a_numbered_photo_is_a_caption_without_its_label() -> None:
    text = f"{LEAD}\n\nPhoto 2: Dust on the roofs of the village.\n\n{LEAD.replace('county', 'town')}"
    cleaned = refined(text)
    assert cleaned.fields.captions == ("Dust on the roofs of the village.",)
    assert "Photo 2" not in cleaned.text
    assert "Figure 2: Rain in May." in refined(f"{LEAD}\n\nFigure 2: Rain in May.\n\n{LEAD}").text


PAGE = "Our school opened its new library on the lake{site} {stamp} {text} (Edited by Hua Lin)"
LONG = " ".join(
    f"On the {n}th of June, the students carried {n * 7} boxes of books over the bridge." for n in range(4, 14)
)


@pytest.mark.parametrize("site", ["-Lakeside News Network", ' of "seven bridges"-Lakeside News Network'])
@pytest.mark.parametrize("count", ["Number of hits: 3,094", "Browse: 407 times", "Font size: big medium small"])
def test_a_text_that_came_as_one_line_gives_up_its_stamp(site: str, count: str) -> None:
    stamp = f"2022-06-23 Source: Office of the Party Committee of the School | Author: Pei Jing | {count}"
    found = refined(PAGE.format(site=site, stamp=stamp, text=LONG))
    assert found.text == LONG
    assert found.fields.title == PAGE.split("{", maxsplit=1)[0] + site.removesuffix("-Lakeside News Network")
    assert (found.fields.published_date, found.fields.reporters) == (date(2022, 6, 23), ("Pei Jing",))
    assert (found.fields.outlet, found.fields.editors) == ("Office of the Party Committee of the School", ("Hua Lin",))


def test_the_clock_of_a_sentence_is_no_time_of_publication() -> None:
    text = f"At 08:00 on May 6, the gates were opened. {LONG}"
    stamp = "Source: China Lakes Corporation Release time: 2024-05-09"
    found = refined(PAGE.format(site="-Lakeside News Network", stamp=stamp, text=text))
    assert (found.text, found.fields.published_time) == (text, None)


@pytest.mark.parametrize(
    ("line", "outlet", "reporters"),
    [
        ("■ Ning Zhan PLA Daily reporter Xue Hao", "PLA Daily", ("Ning Zhan", "Xue Hao")),
        ("Half-Month Talk Commentator and reporter Fu Yang Ke Man", "Half-Month Talk", ("Fu Yang", "Ke Man")),
        ("2023-12-19 Source: Half-Month Talk, No. 23, 2023", "Half-Month Talk", ()),
    ],
)
def test_who_signs_is_told_from_the_paper(line: str, outlet: str, reporters: tuple[str, ...]) -> None:
    found = refined(f"A new bridge opens in the county\n\n{line}\n\n{LEAD}").fields
    assert (found.outlet, found.reporters, found.subtitles) == (outlet, reporters, ())


def test_what_a_language_model_says_round_its_translation_comes_off() -> None:
    raw = (
        "Here is the English translation:\n\n**A new bridge opens in the county**\n\n"
        "*Hunan Daily, April 16, 2024 | Reporter: Tong Rui*\n\n"
        f"{LEAD}\n\n### Who built it?\n\n{LEAD}\n\n---\n\n"
        "*Note: Some terms have been translated according to context. Let me know if you would like any changes.*\n"
    )
    found = refined(raw)
    assert found.text == f"{LEAD}\n\nWho built it?\n\n{LEAD}"
    assert found.fields.title == "A new bridge opens in the county"
    assert (found.fields.outlet, found.fields.reporters) == ("Hunan Daily", ("Tong Rui",))


@pytest.mark.parametrize(
    ("line", "outlet", "clock"),
    [
        ("NPC Net 2024-11-08 18:20:00 Browse font size: big middle small", "NPC Net", "18:20:00"),
        ("Time: 2024-11-08\u00a0\u00a0Click: 208\u00a0\u00a0Contributor: Youth League Committee", None, None),
        ("Lakeside Daily Client News 2024-11-08 Heard by 3,000 people so far", "Lakeside Daily", None),
    ],
)
def test_a_line_below_the_headline_that_gives_a_full_day_is_a_stamp(
    line: str, outlet: str | None, clock: str | None
) -> None:
    found = refined(f"A new bridge opens in the county\n\n{line}\n\n{LEAD}").fields
    assert (found.published_date, found.published_time) == (date(2024, 11, 8), clock)
    assert (found.outlet, found.subtitles) == (outlet, ())


@pytest.mark.parametrize("line", ["The plan of 2024-11-08 came to nothing. It was late.", "A bridge for 2024 people"])
def test_a_deck_that_names_a_year_or_tells_a_story_is_no_stamp(line: str) -> None:
    found = refined(f"A new bridge opens in the county\n\n{line}\n\n{LEAD}")
    assert found.fields.published_date is None
    assert line in (*found.fields.subtitles, *found.text.split("\n\n"))


@pytest.mark.parametrize("way", ["Home > News Release > Typical cases", "Current location: Home » Policies » Notices"])
def test_the_way_to_a_page_is_no_headline(way: str) -> None:
    found = refined(f"{way}\n\nA new bridge opens in the county\n\n2020-04-05\n\n{LEAD}")
    assert (found.fields.title, found.fields.subtitles) == ("A new bridge opens in the county", ())


def test_people_behind_bullets_are_named_one_by_one() -> None:
    line = "■ China Women's Daily all-media reporter Rao Jing ■ Fan Shu"
    found = refined(f"A new bridge opens in the county\n\n{line}\n\n{LEAD}").fields
    assert (found.outlet, found.reporters) == ("China Women's Daily", ("Rao Jing", "Fan Shu"))


@pytest.mark.parametrize("end", [", on", " On"])
def test_a_reporter_who_is_named_before_the_day_comes_off(end: str) -> None:
    said = " May 3, River Holdings said in a notice that it is to sell its ferries to the county next year."
    found = refined(f"Ferries are for sale\n\nRiver Network reporter Li Yang{end}{said}\n\n{LEAD}")
    assert (found.text, found.fields.reporters) == (f"{end.strip(', ')}{said}\n\n{LEAD}", ("Li Yang",))
    walked = (
        f"River Network reporter Li Yang{end} May 3, the last day of the fair, walked to the river and wrote of it."
    )
    assert walked in refined(f"Ferries are for sale\n\n{walked}\n\n{LEAD}").text


@pytest.mark.parametrize(
    ("line", "captions"),
    [
        ("The picture shows readers at the gate of St. Mary's.", True),
        ("Photo shows readers at the gate of the old hall.", True),
        ("The scene of the opening of the old hall, taken in Changsha on May 3.", True),
        ("Photo from the official website of the county library.", False),
        ("The pictures come from the Internet.", False),
        ("Xinhua News Agency issued by Li Yang", False),
        ("Xinhua News Agency issued (photographed by Li Yang)", False),
        ("Photo by Li Yang, China News Service", False),
        ("Picture source: Visual China", False),
        ("Photo courtesy of the museum of the county", False),
        ("Xinhua photo", False),
    ],
)
def test_what_speaks_of_a_lost_picture_is_no_text(line: str, captions: bool) -> None:
    found = refined(f"A new bridge opens in the county\n\n{LEAD}\n\n{line}\n\n{LEAD}")
    assert (found.text, found.fields.captions) == (f"{LEAD}\n\n{LEAD}", (line,) if captions else ())


def test_what_stands_above_the_credit_of_a_picture_is_its_caption() -> None:
    long = (
        "On May 3, the men of the second ferry and their sons, who had come over the lake in the dark with baskets of "
        "willow and ladders of ash, and the women of both villages, who had brought the bread, picked pears in the mud."
    )
    shown = (long, "Most of them were lost.")
    for credit in ("Photo by China News Agency reporter Li Yang", "China News Agency reporter Li Yang photo"):
        raw = "\n".join(
            ("Pears are picked in the rain", *shown, credit, f"Xinhua News Agency, Changsha, May 3. {LEAD}")
        )
        found = refined(raw)
        assert (found.text, found.fields.captions, found.fields.photographers) == (LEAD, shown, ("Li Yang",))


def test_an_office_behind_a_name_is_no_reporter() -> None:
    for line in ("By Li Yang, General Affairs Bureau", "(By Li Yang, General Affairs Bureau)"):
        assert refined(f"A new bridge opens in the county\n\n{LEAD}\n\n{line}").fields.reporters == ("Li Yang",)


@pytest.mark.parametrize("label", ["", "Question: ", "The theme: ", "Subject: "])
def test_a_title_that_stands_again_behind_a_dateline_goes_with_it(label: str) -> None:
    signed = f"Xinhua News Agency, Changsha, May 3. {label}A new bridge is open in the county"
    found = refined(f"A new bridge opens in the county\n\n{signed}\n\n{LEAD}")
    assert (found.text, found.fields.subtitles) == (LEAD, ())
    assert (found.fields.dateline_place, found.fields.outlet) == ("Changsha", "Xinhua News Agency")


def test_another_headline_behind_a_dateline_is_a_deck() -> None:
    found = refined(f"A new bridge opens in the county\n\nCHANGSHA, May 3 (Xinhua) -- Ferrymen look for work\n\n{LEAD}")
    assert (found.text, found.fields.subtitles) == (LEAD, ("Ferrymen look for work",))
    assert found.fields.dateline_place == "Changsha"


def test_a_picture_from_the_archive_is_a_caption_without_its_label() -> None:
    for label in ("Data map: ", "File photo: ", "Profile picture："):
        found = refined(f"A new bridge opens in the county\n\n{LEAD}\n\n{label}ships on the river in May.\n\n{LEAD}")
        assert (found.text, found.fields.captions) == (f"{LEAD}\n\n{LEAD}", ("ships on the river in May.",))


def test_writers_and_their_wires_below_a_text_come_off() -> None:
    for line in ("Han/Li Yang (German News Agency, Reuters)", "Han Ting/Li (DPA)", "By Li Yang (AFP, Reuters)"):
        found = refined(f"A new bridge opens in the county\n\n{LEAD}\n\n{line}")
        assert (found.text, found.fields.reporters[-1][:2]) == (LEAD, "Li")
    assert "Oaks/Elms (a wood)" in refined(f"A new bridge opens\n\n{LEAD}\n\nOaks/Elms (a wood)\n\n{LEAD}").text


def test_the_name_of_an_office_ends_where_a_sentence_begins() -> None:
    stamp = "2022-06-23 Author: Pei Jing | From: Lakeside County Water Bureau"
    found = refined(PAGE.format(site="-Lakeside News Network", stamp=stamp, text=LONG))
    assert (found.fields.outlet, found.text) == ("Lakeside County Water Bureau", LONG)
