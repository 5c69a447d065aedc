"""The words by which layouts are recognised: data only, so that a new site needs a new entry and no new code.

Regular expressions are built from these tuples; every entry is folded (lower case, straight apostrophes).
"""

from __future__ import annotations

import re

MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec"
).split()

AGENCIES = (
    "Xinhua News Agency",
    "Xinhua Agency",
    "Xinhuanet",
    "Xinhua.com",
    "Xinhua News",
    "Xinhua Net",
    "Xinhua",
    "China News Service",
    "China News Agency",
    "China News Network",
    "China New Network",
    "ChinaNews.com",
    "China News",
    "People's Daily Online",
    "People's Daily",
    "China Daily",
    "Global Times",
    "Huasheng Online",
    "Science and Technology Daily",
    "Economic Information Daily",
    "Guangming Daily",
    "Legal Daily",
    "Workers' Daily",
    "China Youth Daily",
    "PLA Daily",
    "CCTV News",
    "CCTV",
    "CGTN",
    "CRI Online",
    "Outlook New Era",
    "The Paper",
    "Reuters",
    "AFP",
    "AP",
)
"""News agencies and papers that sign datelines; any other name counts when it ends in one of OUTLET_ENDINGS."""

OUTLET_ENDINGS = (
    "News Agency",
    "News Service",
    "News Network",
    "News",
    "Daily",
    "Online",
    "Agency",
    "Times",
    "Post",
    "Network",
    "Evening Paper",
    "Morning Post",
    "Evening News",
    "Television",
    "TV",
    "Radio",
    "Net",
    "Client",
    "Weekly",
    "Gazette",
    "Herald",
    "Journal",
    "Press",
)

REPORTER_LABELS = (
    "all-media reporters",
    "all-media reporter",
    "all media reporters",
    "all media reporter",
    "omnimedia reporter",
    "full-media reporter",
    "full media reporter",
    "financial media reporter",
    "chief reporter",
    "special correspondent",
    "correspondents",
    "correspondent",
    "trainee reporter",
    "intern reporter",
    "intern",
    "our reporter",
    "staff reporter",
    "reporters",
    "reporter",
    "written by",
    "text by",
    "authors",
    "author",
    "byline",
    "writer",
    "text",
    "by",
)

EDITOR_LABELS = (
    "editor in charge",
    "editor-in-charge",
    "responsible editors",
    "responsible editor",
    "executive editor",
    "duty editor",
    "chief editor",
    "web editors",
    "web editor",
    "edited by",
    "editors",
    "editor",
    "editing",
    "edit",
    "proofreading",
    "proofreader",
)

PHOTO_LABELS = (
    "photographed by",
    "photographers",
    "photographer",
    "photos by",
    "photo by",
    "picture by",
    "pictures by",
    "photography",
    "photo",
)

OUTLET_LABELS = ("information source", "article source", "news source", "source", "from")

ORIGINAL_TITLE_LABELS = ("original title", "original headline", "original heading")

CHROME_LINES = frozenset(
    {
        "related news",
        "related reading",
        "related articles",
        "related stories",
        "related links",
        "related",
        "recommended reading",
        "recommended reading change it",
        "recommended",
        "change it",
        "return to list",
        "back to list",
        "back to top",
        "links",
        "link",
        "friendly links",
        "friendship links",
        "home",
        "home page",
        "next page",
        "previous page",
        "next article",
        "previous article",
        "next",
        "previous",
        "print",
        "share",
        "share this",
        "share to",
        "comment",
        "comments",
        "add your comment",
        "hot news",
        "hot topics",
        "most read",
        "most popular",
        "most viewed",
        "photos",
        "more",
        "more news",
        "read more",
        "close",
        "close window",
        "site map",
        "sitemap",
        "about us",
        "contact us",
        "privacy policy",
        "terms of use",
        "terms of service",
        "disclaimer",
        "copyright",
        "subscribe",
        "search",
        "login",
        "log in",
        "sign in",
        "register",
        "menu",
        "editor's picks",
        "we recommend",
        "latest news",
        "top news",
        "scan the qr code",
        "special report",
        "english",
        "chinese",
    }
)
"""Lines that are site furniture when nothing else stands on them."""

NOTICE_MARKS = (
    "copyright ©",
    "all rights reserved",
    "icp备",
    "公网安备",
    "infringe your",
    "reproduced or quoted on this site",
    "special statement:",
    "special statement：",
    "disclaimer:",
    "submission mailbox",
    "contact this site",
    "please indicate the source",
    "website cooperation",
    "without written authorization",
    "no reproduction without",
    "reproduction is prohibited",
    "for the latest china news",
    "please enable javascript",
    "powered by disqus",
)
"""Any of these in the closing part of a page marks a notice or a contact line of the site."""


def alternatives(*groups: tuple[str, ...]) -> str:
    """Write the entries of the groups as one alternation, longest first so that none hides another."""
    entries = sorted({e for group in groups for e in group}, key=lambda e: (-len(e), e))
    return "|".join(re.escape(e).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]") for e in entries)
