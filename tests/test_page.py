"""Whole pages flattened to one line: the frames that different sites put round a text all come off."""

import pytest

from tests.texts import refined

TITLE = "Village library brings new life to mountain county in Hunan"
BODY = (
    "A small library in a mountain county of Hunan province has become a meeting place for young and old alike, "
    "local officials said on Wednesday. The library holds more than 20,000 books. “We come here every evening,” said "
    "a farmer. "
    "Visitors rose by 12.5 percent to 3,000 last year, and the county plans two more."
)
MENU = (
    "Home China World Business Culture Travel Opinion Sports Video Photo Regional Forum Newspaper Mobile "
    "Share to Facebook Twitter Linkedin 0 Home China Society "
)
BELOW = (
    " Most Viewed in 24 Hours Top Bridge opens Village grows New school Copyright 1995 - 2024 . All rights reserved. "
    "The content published in this site belongs to the company. Registration Number: 130349"
)
PAGES = {
    "bar": f"{TITLE} - Chinadaily.com.cn {MENU}{TITLE} By Zhang Yi | China Daily | Updated: 2024-05-01 08:30 "
    f"{BODY}{BELOW}",
    "wire": f"{TITLE} - Xinhua | English.news.cn {MENU}{TITLE} Source: Xinhua| 2024-05-01 08:30:02|Editor: huaxia "
    f"CHANGSHA, May 1 (Xinhua) -- {BODY} Enditem Related stories Bridge opens{BELOW}",
    "half-day clock": f"{TITLE} - Global Times {MENU}{TITLE} By Global Times Published: May 01, 2024 08:30 AM "
    f"Updated: May 02, 2024 10:53 PM {BODY} RELATED ARTICLES: Bridge opens to traffic{BELOW}",
    "day first": f"{TITLE} - CGTN {MENU}{TITLE} Updated 08:30, 01-May-2024 CGTN {BODY} Share our story TOP NEWS{BELOW}",
    "title once": f"{TITLE} - Chinadaily.com.cn {MENU} Updated: 2024-05-01 08:30 (Xinhua) {BODY} Editor: Li Ming"
    f"{BELOW}",
    "buttons": f"{TITLE} - China.org.cn {MENU}{TITLE} Xinhua, May 1, 2024 08:30 Adjust font size: {BODY}"
    f" Follow China.org.cn on Twitter and Facebook{BELOW}",
    "labels": f"{TITLE}-Xinhuanet {MENU}{TITLE} 2024-05-01 08:30:02 Source: Xinhua Font size: big medium small "
    f"Share to: WeChat Weibo QQ {BODY} +1 [Error correction] [Responsible editor: Li Ming]{BELOW}",
    "no site": f"{TITLE} {MENU}{TITLE} 1 2024-05-01 08:30Xinhua Web Editor: Li Ming {BODY} Related news{BELOW}",
    "above": f"{TITLE} - CGTN {MENU}Culture 08:30, 01-May-2024 {TITLE} By Xinhua Share Copied {BODY} TOP NEWS{BELOW}",
    "writer first": f"{TITLE} - Yicai Global {MENU}{TITLE} Li Ming 08:30 UTC+8, 2024-05-01 (Xinhua) {BODY} "
    f"Related articles{BELOW}",
    "tools": f"{TITLE}_Department of Works {MENU}{TITLE} Time: 2024-05-01 08:30 Source: Xinhua Views: 1024 "
    f"【Font: Large Medium Small】 {BODY} Previous: Bridge opens Next: Village grows{BELOW}",
    "letters": f"{TITLE} - The Daily {MENU}{TITLE} published : 2024-05-01 at 08:30 Source: Xinhua Font: A A {BODY} "
    f"Tagged county Share Facebook Twitter Previous Bridge opens Next New school Leave a Reply{BELOW}",
    "bids": f"{TITLE} | The Herald {MENU}{TITLE} Li Ming in Beijing Published: 08:30 AM, 1 May, 2024 (Xinhua) {BODY} "
    f"Thanks for sharing! Join our channel and get the latest news. More on this topic Bridge opens{BELOW}",
    "left over": f"{TITLE}-Sohu.com {MENU}{TITLE} 2024-05-01 08:30 Source: Xinhua {BODY} Return to the site, see more "
    f"Responsible Editor: Li Ming{BELOW}",
    "brackets": f"{TITLE} - Ministry of Works {MENU}{TITLE} Release time: 2024-05-01 08:30 Source: Xinhua "
    f"[Font size: Large Medium Small] [Print] {BODY} Close this window{BELOW}",
    "label of nothing": f"{TITLE}__County Works Office {MENU}Date: May 1, 2024 08:30 Author: Source: Xinhua "
    f"【Font size: Large Medium Small】 Print this page {TITLE} {BODY} [ 1 ] [ 2 ] Close this window{BELOW}",
    "bar behind the title": f"{TITLE} Baidu Homepage Settings Sign in Lakeside Post 2024-05-01 08:30 Source: Xinhua "
    f"{BODY} Special statement: The above is uploaded by users, and this platform only stores it. Popular posts{BELOW}",
    "deck": f"{TITLE} - The Herald {MENU}{TITLE} Books come up the hill by mule and go down it by heart. "
    f"By Li Ming 2024-05-01 08:30 Source: Xinhua {BODY} Most Read Bridge opens{BELOW}",
    "way to the page": "County Works Office 中文 Home News Policies Services Location: Home > News > Press Releases "
    f"{TITLE} Date: 2024-05-01 08:30 Source: Xinhua [ Font: Large Medium Small ] [ Print ] {BODY} [ Close ]{BELOW}",
    "menu": f"Home News China World Business Culture Sports Video {TITLE} 2024-05-01 08:30 Source: Xinhua {BODY} "
    f"Most Read Bridge opens{BELOW}",
    "site first": f"County Works Office - {TITLE} {MENU}{TITLE} Release time: 2024-05-01 08:30 Source: Xinhua {BODY}"
    f" Print Close{BELOW}",
    "cut off": f"{TITLE[:42]}... - The Herald {MENU}{TITLE} By Li Ming | Xinhua | 2024-05-01 08:30 {BODY} "
    f"Most Read Bridge opens{BELOW}",
    "capitals": f"{TITLE.title()} | The Herald {MENU}{TITLE} May 1,2024 08:30 Source: Xinhua {BODY} "
    f"Related news{BELOW}",
    "no menu": f"{TITLE} Source: Xinhua | 2024-05-01 08:30 | Editor: Li Ming {BODY} Related articles{BELOW}",
    "unknown words": f"{TITLE} - The Herald {MENU}{TITLE} 2024-05-01 08:30 Posted in: Hunan Source: Xinhua "
    f"Participants: Li Ming, head of the office; Han Ting, keeper Pictures Words [Print] ● Editor: Wang Lei "
    f"Hear it 00:00 -- 03:12 Reading volume 3.6w+ Original title: Books come up the hill {BODY} Most Read{BELOW}",
    "bidding": f"{TITLE}_The Herald {MENU}{TITLE} 2024-05-01 08:30 Source: Xinhua 0 people participated 0 comments Use "
    f"WeChat to scan the QR code to share it with friends {BODY} [I want to correct errors] Editor: Li{BELOW}",
    "counted": f"{TITLE} - Site {MENU}{TITLE} Date: May 1, 2024 (Wed) 08:30 Source: Xinhua Number of clicks: [ 318 ] "
    f"Moment—Share to: {BODY} (This piece is publicly released) Wrong text correction Sponsor unit: County{BELOW}",
    "in brackets": f"{TITLE} - Site {MENU}2024 05/01 08:30:44 {TITLE} [Source: Xinhua] [Author: Li Ming] Font: [Large "
    f"Medium Small] Original text: {BODY} [Comment] [Print]{BELOW}",
    "author label": f"{TITLE} - Site {MENU}Current position: Home → County news {TITLE} ——A visit to the hill Author: "
    f"Li Ming Source: Xinhua Published on: May 1, 2024 08:30 Click volume: 1297 Font: large medium small {BODY} "
    f"[Responsible editor: Wang Lei] [Print] [Close] Recommended reading{BELOW}",
    "player": f"[County News] {TITLE}_County Network Television {MENU}Your location: Home >> Video news {TITLE} "
    f"2024-05-01 08:30:25 Source: Xinhua Video loading, please wait... 00:00 / 02:17 HD SD 1x Full screen {BODY} "
    f"Reporter: Li Ming Camera: Wang Lei Editor: Han Ting I want to comment Related videos Bridge opens 01:45{BELOW}",
    "publisher": f"{TITLE}_County news_County Office Login Register Home Overview Your location: Home > News > County "
    f"news {TITLE} Publisher: Xinhua Published: 2024-05-01 08:30 Number of views: 1,024 Font size: 【Large】 【Small】 "
    f"{BODY} Scan to open the current page on your phone [Print this page] Related information Bridge opens{BELOW}",
}
OUTLETS = {"bar": "China Daily", "half-day clock": "Global Times", "day first": "CGTN"}


@pytest.mark.parametrize("name", PAGES)
def test_the_frame_of_a_page_comes_off(name: str) -> None:
    got = refined(PAGES[name])
    assert got.text == BODY
    assert got.fields.title == TITLE
    assert str(got.fields.published_date) == "2024-05-01"
    assert (got.fields.published_time or "").startswith("08:30")
    assert got.fields.outlet == OUTLETS.get(name, "Xinhua")


def test_an_electronic_page_of_a_paper_is_read() -> None:
    paper = "Nanling Evening News"
    page = (
        f"{paper} Digital Newspaper - {TITLE} {paper} Digital Newspaper May 1, 2024 Wednesday "
        f"Previous issue Next issue Page A07: Warm News Title navigation {TITLE} A lost pigeon finds its way home "
        f"Zoom in + Zoom out - Default Read aloud {TITLE} The oldest reader is 102 and has never missed a day □ "
        f"Reporter of this newspaper Li Ming Correspondent Wang Lei {BODY} "
        f"Contact this newspaper Advertising hotline{BELOW}"
    )
    got = refined(page)
    fields = got.fields
    assert (fields.title, str(fields.published_date), fields.outlet) == (TITLE, "2024-05-01", paper)
    assert (fields.subtitles, fields.reporters) == (
        ("The oldest reader is 102 and has never missed a day",),
        ("Li Ming", "Wang Lei"),
    )
    assert got.text == BODY


def test_the_owner_of_a_page_is_the_outlet_where_nothing_else_is() -> None:
    owner = "People's Court of Nanling County"
    page = (
        f"{owner} Court news Legal documents Home > Court news > Stories {TITLE} Author: Li Ming "
        f"Published: 2024-05-01 08:30 Print Font size: T | T {BODY} "
        f"[Editor: Wang Lei] Related information Copyright: {owner} Record number: 123"
    )
    assert refined(page).fields.outlet == owner


def test_people_of_a_page_are_named_in_their_columns() -> None:
    assert refined(PAGES["bar"]).fields.reporters == ("Zhang Yi",)
    assert refined(PAGES["wire"]).fields.editors == ("huaxia",)
    assert refined(PAGES["title once"]).fields.editors == ("Li Ming",)


def test_pictures_inside_a_page_leave_their_captions() -> None:
    shown = "Photo taken on May 1, 2024 shows the library in a county of Hunan Province."
    page = PAGES["bar"].replace(BODY, f"{shown} (Xinhua/Li Yang) {BODY} 【1】 【2】 【3】")
    got = refined(page)
    assert got.text == BODY
    assert got.fields.captions == (shown,)
    assert got.fields.photographers == ("Li Yang",)


OPENINGS = (
    "Officials of the county said the wall would be built near the Source: of the river that runs through it. ",
    "At 8:30 sharp, the doors of the house opened. ",
    "The men who read here say that they do so [Print] or no print. ",
)


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_text_keeps_its_first_sentence_whatever_words_of_a_site_it_has(opening: str) -> None:
    assert refined(PAGES["bar"].replace(BODY, opening + BODY)).text == opening + BODY


HEADLINES = "Bridge opens to traffic after ten years New school begins with fewer pupils Village grows rice on the hill"
BELOW_TEXT = (
    HEADLINES, f"(Xinhua) {HEADLINES}", f"----- {HEADLINES}", f"What others read today {HEADLINES} Follow us",
    f"(China Daily 05/01/2024 page4) {HEADLINES}", f"68.1K {HEADLINES}", f"1 2 3 4 Next >> {HEADLINES}",
    f"Text: Li Yang Photos: Han Ting Editor: Wang Lei {HEADLINES}", f"[Editor: Li Yang] Share to: {HEADLINES}",
    "0 Comments Name Email Website Post", "We use cookies to serve you better. Accept",
    f"(Cover: A hall. /VCG) {HEADLINES}",
    f"Sign in to comment. {HEADLINES}",
    "Newsletter Get the best of our stories in your inbox every morning. Subscribe", f"Latest {HEADLINES}",
    f"First Instance: Li Yang Second Instance: Han Ting {HEADLINES}", f"(Edit: Li Yang) {HEADLINES}",
    f"Video: Li Yang Clips: Han Ting {HEADLINES}", f"Proofread | Li Yang Picture | Han Ting {HEADLINES}",
    f"RELATED Recommendations {HEADLINES}",
    f"Return to the Herald site, read what is new Editor in charge: Platform statement: {HEADLINES}",
)  # fmt: skip


@pytest.mark.parametrize("below", BELOW_TEXT)
def test_what_stands_below_a_text_comes_off_in_whatever_words(below: str) -> None:
    assert (
        refined(PAGES["wire"].replace(f" Enditem Related stories Bridge opens{BELOW}", f" {below}{BELOW}")).text == BODY
    )


SHOWN = "Children read books at a library in Hunan province on May 1, 2024."
CREDITS = (
    "[Photo by Li Yang/chinadaily.com.cn]", "(Photo: VCG)", "Photo: Li Yang/GT", "Photo: Courtesy of Li Yang", "/CFP",
    "Photo by Li Yang", "(LI YANG/CHINA DAILY)", "(COURTESY PHOTO)", "(VCG)", "Xinhua/Li Yang", "Li Yang / SHINE",
    "(Image: Li Yang)", "[Xinhua]", "CNA file photo", "(Provided to China Daily)", "(Handout via Xinhua)",
)  # fmt: skip


@pytest.mark.parametrize("credit", CREDITS)
def test_a_caption_is_known_by_the_credit_of_any_desk(credit: str) -> None:
    rest = BODY.replace("library", "reading room")
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {SHOWN} {credit} {rest}"))
    assert got.text == f"{BODY}\n\n{rest}"
    assert got.fields.captions == (SHOWN,)


@pytest.mark.parametrize(
    "credit",
    ["Photo by Li Yang", "Photo/Li Yang", "Picture by River Post reporter Li Yang", "Photographed by Li Yang"],
)
def test_a_sentence_right_before_a_credit_is_its_caption_whatever_it_says(credit: str) -> None:
    shown = "New shelves are set up in the reading room."
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {shown} {credit} Visitors come from far away. {BODY}"))
    assert got.text == f"{BODY}\n\nVisitors come from far away. {BODY}"
    assert (got.fields.captions, got.fields.photographers) == ((shown,), ("Li Yang",))


def test_a_credit_takes_no_speech_and_no_headline_with_it() -> None:
    said = "“The hall was dark,” she said."
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {said} Photo by Mok Chi Hin The Urban Office opened. {BODY}"))
    assert (got.text, got.fields.captions) == (f"{BODY} {said}\n\nThe Urban Office opened. {BODY}", ())
    assert got.fields.photographers == ("Mok Chi Hin",)
    got = refined(
        PAGES["bar"].replace(BODY, f"{BODY} A feast for all The books are being counted. (Photo: VCG) {BODY}")
    )
    assert (got.text, got.fields.captions) == (f"{BODY} A feast for all\n\n{BODY}", ("The books are being counted.",))


def test_a_set_of_pictures_is_all_captions() -> None:
    shown = ("Some days ago a regiment marched in the snow. They were cold.", "Boots are dried.", "Soup is served.")
    got = refined(PAGES["bar"].replace(BODY, " ".join(f"{each} (Photo by Li Yang)" for each in shown)))
    assert (got.text, got.fields.captions) == ("", shown)


def test_a_caption_below_its_credit_is_one_too() -> None:
    got = refined(
        PAGES["bar"].replace(BODY, f"{BODY} Han Ting / SHINE A reader turns a page of her first book. {BODY}")
    )
    assert got.text == f"{BODY}\n\n{BODY}"
    assert (got.fields.captions, got.fields.photographers) == (
        ("A reader turns a page of her first book.",),
        ("Han Ting",),
    )


def test_the_name_of_the_window_is_the_paper_where_nothing_else_is() -> None:
    page = f"{TITLE} - Global Times {MENU}{TITLE} By Li Yang Published: May 01, 2024 08:30 AM {BODY}{BELOW}"
    assert refined(page).fields.outlet == "Global Times"
    assert refined(page.replace(BODY, f"CHANGSHA, May 1 (Xinhua) -- {BODY}")).fields.outlet == "Xinhua"


OFFICE = "Ministry of Wells of the Republic of Hills"
OFFICES = {
    f"{TITLE} - Disclosure - {OFFICE} Barrier-free Home {TITLE} 2024-05-01 {BODY}{BELOW} Sponsor: {OFFICE}": OFFICE,
    f"{TITLE} County Wells Administration Home News {TITLE} 2024-05-01 {BODY} County Wells Administration May 1, 2024 "
    f"[Print]{BELOW}": "County Wells Administration",
    f"{TITLE} {MENU}Index No.: 24 Issuing agency: Wells Office Date of writing: 2024-04-28 Release date: 2024-05-01 "
    f"{TITLE} {BODY}{BELOW}": "Wells Office",
    f"{TITLE} - Disclosure - Nature {MENU}{TITLE} 2024-05-01 {BODY}{BELOW} Nature Disclosure": None,
}


@pytest.mark.parametrize("page", OFFICES)
def test_an_office_whose_page_it_is_is_the_outlet(page: str) -> None:
    got = refined(page)
    assert (got.fields.title, got.fields.outlet) == (TITLE, OFFICES[page])
    assert got.text.startswith(BODY)


def test_a_title_right_above_its_text_needs_no_stamp() -> None:
    got = refined(f"{TITLE} - The Star Home World Business {TITLE} {BODY} {BODY} Most Read Bridge opens{BELOW}")
    assert (got.fields.title, got.fields.published_date, got.text) == (TITLE, None, f"{BODY} {BODY}")


def test_people_below_a_text_are_named_in_their_columns() -> None:
    signed = "Writing by Li Yang; editing by Han Ting and Wang Lei; photos by Zhao Min"
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {signed}"))
    assert (got.text, got.fields.editors, got.fields.photographers) == (BODY, ("Han Ting", "Wang Lei"), ("Zhao Min",))


def test_a_sentence_below_the_mark_of_a_picture_is_its_caption() -> None:
    shown = "△ Readers wait at the door of the new library."
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {shown} {BODY}"))
    assert (got.text, got.fields.captions) == (f"{BODY}\n\n{BODY}", (shown.removeprefix("△ "),))


@pytest.mark.parametrize(
    ("above", "outlet", "reporters"),
    [
        ("River Morning Post Li Yang 2024-05-01 08:30", "River Morning Post", ("Li Yang",)),
        ("News Channel River.com May 01, 2024 08:30", "River.com", ()),
        (
            "Li Yang | 2024-05-01 08:30 | Reading time: about 5 minutes | Keywords: books; old people",
            "River Net",
            ("Li Yang",),
        ),
        ("The publication time: 2024-05-01 08:30 The source: River Daily", "River Daily", ()),
        ("River Daily Reporter Li Yang Intern Han Ting 2024-05-01 08:30", "River Daily", ("Li Yang", "Han Ting")),
    ],
)
def test_papers_and_people_are_read_before_the_day(above: str, outlet: str, reporters: tuple[str, ...]) -> None:
    got = refined(f"{TITLE} - River Net {MENU}{TITLE} {above} {BODY}{BELOW}")
    assert (got.text, got.fields.title, got.fields.subtitles) == (BODY, TITLE, ())
    assert (got.fields.outlet, got.fields.reporters, got.fields.published_time) == (outlet, reporters, "08:30")


def test_a_site_signs_its_datelines_by_the_name_that_its_window_has() -> None:
    got = refined(f"{TITLE} - River Net {MENU}{TITLE} 2024-05-01 08:30 River Net, Changsha, May 1: {BODY}{BELOW}")
    assert (got.text, got.fields.outlet, got.fields.dateline_place) == (BODY, "River Net", "Changsha")


def test_an_account_that_signs_twice_is_the_paper_and_no_part_of_the_title() -> None:
    title = "[Good news] The library is here! 38 villages of our county read in it"
    follow = (
        "Posted in Hunan Included in the collection #Good news 42 Click the blue word above “River Post” to follow us"
    )
    end = (
        "END Source | River County Office Picture | Li Yang Edit | Han Ting Proofread | Zhu Min Read more Reading 5,218"
    )
    got = refined(f"{title} Original River Post River Post 2024-05-01 08:30 {follow} ↑↑↑ {BODY} {BODY} {end}")
    assert (got.text, got.fields.title, got.fields.outlet) == (f"{BODY} {BODY}", title, "River Post")
    assert (got.fields.photographers, got.fields.editors) == (("Li Yang",), ("Han Ting",))
    plain = f"{title} Radio Radio 2024 was a year of books. {BODY} {BODY} {BODY}"
    assert refined(plain).text == plain


def test_a_title_above_its_text_needs_no_stamp_that_can_be_read() -> None:
    bar = "By Li Yang - 1 mei 2024 0 1874 Share on Facebook Tweet on Twitter [River Post, reporter Han Ting, Prato]"
    got = refined(
        f"{TITLE} | The Star The Star Home Italy Spain {TITLE} {bar} {BODY} {BODY} Most Read Bridge opens{BELOW}"
    )
    assert (got.text, got.fields.title) == (f"{BODY} {BODY}", TITLE)
    assert (got.fields.dateline_place, got.fields.reporters) == ("Prato", ("Li Yang", "Han Ting"))


@pytest.mark.parametrize(
    "notice",
    [
        "ADVERTISEMENT Cheap tickets by rail and by road from 60 yuan",
        "Advertisement New shoes for old feet at half price",
        "The picture comes from the Internet, if there is any infringement, please contact us to delete it",
        "(Pictures from the network)",
    ],
)
def test_a_notice_amid_a_text_goes_and_ends_nothing(notice: str) -> None:
    more = "In the past three years the number of readers has grown. The hall is open at night."
    got = refined(PAGES["bar"].replace(BODY, f"{BODY} {notice} {more} (Edit: Han Ting)"))
    assert got.text == f"{BODY}\n\n{more}"


def test_people_below_a_text_are_named_without_commas_and_behind_bars() -> None:
    signed = (
        "(Herald reporter Li Yang Correspondent Han Ting) Author: Zhu Min Fang Cheng Picture | Zhao Min Edit | Wu Ke"
    )
    fields = refined(PAGES["bar"].replace(BODY, f"{BODY} {signed}").replace("By Zhang Yi | ", "")).fields
    assert fields.reporters == ("Li Yang", "Han Ting", "Zhu Min", "Fang Cheng")
    assert (fields.photographers, fields.editors) == (("Zhao Min",), ("Wu Ke",))
    nobody = refined(PAGES["bar"].replace(BODY, f"{BODY} Editor in charge: Platform statement: all is said")).fields
    assert nobody.editors == ()


NOT_CLOSING = (
    "Public security organs were told.", "Record numbers of readers came.", "Relevant information was kept in a book.",
    "Organized by the county, it was full.", "Share prices of mills rose.", "Feedback was good.", "Print is not dead.",
    "If you like books, come.", "The next one is to open in May.", "Hosted by farmers, guests slept well.",
)  # fmt: skip


def test_sentences_that_open_as_buttons_do_not_end_a_text() -> None:
    longer = " ".join(f"{BODY} {sentence}" for sentence in NOT_CLOSING) + f" {BODY}"
    assert refined(PAGES["bar"].replace(BODY, longer)).text == longer


def test_labels_amid_a_text_do_not_end_it() -> None:
    asked = "It was settled in the second instance: a wall came down. Review: Books are few. Video: Long nights."
    longer = f"{BODY} {asked} {BODY} {BODY}"
    assert refined(PAGES["bar"].replace(BODY, longer)).text == longer


def test_an_invitation_inside_a_text_does_not_end_it() -> None:
    longer = f"{BODY} Follow us to learn what is new. {BODY} {BODY}"
    assert refined(PAGES["bar"].replace(BODY, longer)).text == longer


def test_a_page_without_anything_below_its_text_is_read_to_the_end() -> None:
    page = PAGES["bar"].removesuffix(BELOW)
    assert refined(page).text == BODY
    assert refined(page.replace(BODY, f"{BODY} {BODY} {BODY}")).text == f"{BODY} {BODY} {BODY}"


def test_a_line_of_dashes_does_not_take_for_ever() -> None:
    assert refined("a - " * 30_000).text


@pytest.mark.parametrize(
    "hostile",
    [
        "Source: ",
        "2024-05-01 08:30 ",
        "Editor: Aa Bb, ",
        "Most Read ",
        "x. Related news ",
        f"{TITLE} - Site ",
        "Aaaa ",
        "【Font ",
        "Home > News > ",
        "Aaaa Bbbb / SHINE ",
        "a Links b Copyright c ",
        "May 1,2024 ",
    ],
)
def test_a_page_that_repeats_itself_does_not_take_for_ever(hostile: str) -> None:
    head = f"{TITLE} - Site {TITLE} 2024-05-01 08:30 "
    assert refined(head + hostile * (60_000 // len(hostile))).raw
