"""The words by which layouts are recognised: data only, so that a new site needs a new entry and no new code.

Entries are separated by ``|``; order does not matter, but in labels, where the first that fits is taken.
"""

from __future__ import annotations

import re


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split("|"))


AGENCIES = _entries(
    """
    Xinhua News Agency | Xinhua Agency | Xinhuanet | Xinhua.com | Xinhua News | Xinhua Net | Xinhua |
    China News Service | China News Agency | China News Network | China New Network | ChinaNews.com | China News |
    People's Daily Online | People's Daily | China Daily | Global Times | Huasheng Online |
    Science and Technology Daily | Economic Information Daily | Guangming Daily | Legal Daily | Workers' Daily |
    China Youth Daily | PLA Daily | CCTV News | CCTV | CGTN | CRI Online | Outlook New Era | The Paper | Reuters |
    AFP | AP | Chinanews | China Economic Net | China Economic Network | Economic Daily |
    Economic Observer Network | Rednet Moment News | Rednet | Red Net | CNA | China-Singapore Jingwei |
    Zhongxin Jingwei | Sino-Singapore Jingwei | Beijing News | CNS | Central News Agency | Central Agency |
    Guangming Net | Yicai | Caixin | Pengpai News | Surging News | China Military Online | China.org.cn | Ecns.cn |
    chinadaily.com.cn
    """
)
"""News agencies and papers that sign datelines; any other name counts when it ends in one of OUTLET_ENDINGS."""

OUTLET_ENDINGS = _entries(
    """
    News Agency | News Service | News Network | News | Daily | Online | Agency | Times | Post | Network |
    Evening Paper | Morning Post | Evening News | Television | TV | Radio | Net | Client | Weekly | Gazette |
    Herald | Journal | Press
    """
)

REPORTER_LABELS = _entries(
    """
    all-media reporters | all-media reporter | all media reporters | all media reporter | omnimedia reporter |
    full-media reporter | full media reporter | financial media reporter | chief reporter | special correspondent |
    correspondents | correspondent | trainee reporter | intern reporter | intern | reporters involved |
    participating reporters | reported by our reporters | our reporter | staff reporter |
    reporters | reporter | written by | reported by | comprehensive report by | compiled by | text by | authors |
    author | byline | writer | text | by
    """
)

EDITOR_LABELS = _entries(
    """
    editor on duty | process editor | page editor | copy editor | picture editor | visual editor | text editor |
    new media editor | intern editor | assistant editor | deputy editor | managing editor | senior editor |
    first trial | second trial | third trial | first instance | second instance | third instance | final trial |
    preliminary review | re-examination | editor in charge | responsibility editor | first review | second review |
    third review | final review | review | reviewer | producer | planner | planning | chief planner | supervisor |
    editor-in-charge | responsible editors | responsible editor | executive editor | duty editor | chief editor |
    web editors | web editor | edited by | editors | editor | editing | edit | proofreading | proofreader
    """
)

PHOTO_LABELS = _entries(
    """
    photographed by | photographers | photographer | photos by | photo by | picture by | pictures by | photography |
    photo
    """
)

OUTLET_LABELS = _entries(
    """
    information source | article source | news source | source | from
    """
)

SPOKEN_LABELS = _entries(
    """
    reporter | reporters | correspondent | correspondents | all-media reporter | all-media reporters | author |
    authors | written by | reported by | by | editor | editors | responsible editor | responsible editors |
    editor in charge | editor-in-charge | web editor | web editors | executive editor | edited by | proofreader |
    proofreading | proofread by | photographed by | photo by | photos by | source
    """
)
"""Labels that announce a name without a colon too."""

SITES = _entries(
    """
    CNN | CNR | CRI | RTHK | SHINE | ECNS | Caixin Global | Sixth Tone | Yicai Global | Focus Taiwan |
    Chinanews.com | Xinhuanet.com | People.cn | China News Net | Xinhua English | news.cn | China.org.cn |
    Beijing Review | China Military Online | China Military Network | China Military | Hunan Daily News |
    National Economic Portal
    """
)
"""Names of sites behind headlines that are no agencies; engines make CNN of 中新网."""

SITE_ENDINGS = _entries(
    """
    Network | Online | Daily | News | Net | News Network | News Agency | Times | Website | Weekly | Post
    """
)

SURNAMES = frozenset(
    _entries(
        """
        an | bai | bi | cai | cao | chang | chen | cheng | cui | deng | ding | dong | du | duan | fan | fang |
        feng | fu | gao | ge | geng | gong | gu | guan | guo | han | hao | he | hong | hou | hu | huang | jia |
        jiang | jin | kang | ke | kong | lai | lei | li | liang | liao | lin | liu | long | lu | luo | lv | ma |
        mao | meng | mo | mu | ni | nie | niu | pan | pang | pei | peng | qi | qian | qin | qiu | ren | shang |
        shao | shen | shi | song | su | sun | tan | tang | tian | wan | wang | wei | wen | wu | xia | xiao | xie
        | xiong | xu | yan | yang | yao | ye | yin | ying | yu | yuan | zeng | zhan | zhang | zhao | zheng |
        zhong | zhou | zhu | zhuang | zou
        """
    )
)
"""The commonest Chinese surnames in pinyin, to tell where a name begins in a run of names without commas."""

ORIGINAL_TITLE_LABELS = _entries(
    """
    original title | original headline | original heading | the title | the topic | title | topic
    """
)

CHROME_STARTS = _entries(
    """
    previous: | previous article: | prev: | next: | next article: | last article: | tags: | keywords: |
    key words: | share to: | share this: | font size: | views: | page views: | hits: | clicks: |
    original link: | source link: | follow us on | scan the qr code | scan qr code | click to read | swipe left |
    further reading | report an error | leave a comment | save to favo | you may also like |
    this article is reprinted | (the author is | (the author: | the author is a reporter |
    the copyright belongs to | copyright belongs to | (author unit | (original title | (original headline
    """
)
"""Beginnings of lines that are site furniture in the closing part of a page."""

CHROME_LINES = _entries(
    """
    about us | (end) | end | enditem | advertisement | 0 comments | no comments | add your comment |
    back to list | back to top | change it | chinese | close | close window |
    comment | comments | contact us | copyright | disclaimer | editor's picks | english | friendly links |
    friendship links | home | home page | hot news | hot topics | latest news | link | links | log in | login |
    menu | more | more news | most popular | most read | most viewed | next | next article | next page | photos |
    previous | previous article | previous page | print | privacy policy | read more | recommended |
    recommended reading | recommended reading change it | register | related | related articles | related links |
    related news | related reading | related stories | return to list | scan the qr code | search | share |
    share this | share to | sign in | site map | sitemap | special report | subscribe | terms of service |
    terms of use | top news | we recommend
    """
)
"""Lines that are site furniture when nothing else stands on them."""

NOTICE_MARKS = _entries(
    """
    copyright © | all rights reserved | icp备 | 公网安备 | infringe your | reproduced or quoted on this site |
    special statement: | special statement： | disclaimer: | submission mailbox | contact this site |
    please indicate the source | website cooperation | without written authorization | no reproduction without |
    reproduction is prohibited | for the latest china news | please enable javascript | powered by disqus |
    no reprint | may not be reproduced | without authorization | without permission | scan it to | scan the code |
    related documents | this article is from | for more original
    """
)
"""Any of these in the closing part of a page marks a notice or a contact line of the site."""

PAGE_TOOLS = _entries(
    """
    Adjust font size | Font size | Text size | Small font size | Large font size | Font | Text: A A A | A A A |
    Large Medium Small | Big Medium Small | Large | Medium | Small | Big | Print this article | Print this page |
    Word size | A- A+ | A+ A- | A- | A+ | Report | Report an error | Print | E-mail this | Email this |
    Share this article | Share this story | Share to | Share | Copied | Copy link | Favorites | Favourites |
    Save article | Bookmark | Collect | Like | Close window | Close the window | Close | Video Player Close | RSS |
    Feedback | Error correction | Correction | Comment | Comments | Comments and replies |
    Participate in interaction | Views | Hits | Clicks | Visits | Page views | Number of views | Reading volume |
    Subscribe | Listen | Follow us | Follow Xinhuanet | Follow | Listen to the full version |
    Listen to this article | Content is loading... | Loading... | Facebook | Twitter | LinkedIn | WeChat | Weibo |
    Sina Weibo | QQ | QQ space | Qzone | Whatsapp | Telegram | Picture book | WeChat Moments | Moments |
    Circle of friends | More | Mobile phone viewing | Scan to view on mobile | Mobile reading | Send to mobile |
    Close this page
    """
)
"""Buttons and counts that a page sets between its stamp and its text."""

TIME_LABELS = _entries(
    """
    Last updated on | Last updated at | Last updated | Updated on | Updated at | Updated | Update time |
    Published on | Published at | Published | Publication date | Publication time | Publish time |
    Publishing time | Posted on | Posted | Post date | Release date | Release time | Released | Issued on | Time |
    Date
    """
)

PICTURE_AGENCIES = _entries("VCG | IC | CFP | Getty Images | China Military | Visual China")

CLOSING_MARKS = _entries(
    """
    Tagged | Share Facebook | Related Posts | Leave a Reply | Leave a reply | RECOMMENDED | COMMENT ( |
    (Original title | (original title | (Original headline | Guess you like | Extended reading | Further reading |
    Reporter: | Author: | First trial: | Editor on duty: | Duty editor: | More on this topic | Label: | Labels: |
    Tagged: | Attachments: | Attachment: | TOPICS | Topics: | Search Trends | Search Results | Contact the writer |
    Contact the writers | Contact reporter | Contact the reporter | Contact us at | Additional reporting by |
    Copyedited by | Comments will be moderated | Comments to | (Print Edition Title | (Cover: | (Header image |
    (Cover image | (Top image | (Title image | (Editor: | [Editor: | [Editor | 【Editor | [Responsible editor |
    【Responsible editor | [Error correction | 【Error correction | Error correction | (Responsible editor |
    (Responsible Editor | (Editor in charge | [Editor in charge | [ Editor in charge | Editor-in-charge: |
    Editor-in-Charge: | Responsible Editor: | Responsible editors: | (Responsible editors | Edit: | Proofreader: |
    Proofreading: | Reviewed by: | Producer: | Planner: | (End) | Enditem | (By | (Reporter of | (Reporter: |
    Share to let more | Scan the code | Scan to view | Scan the QR | Scan it | Click to enter | Click to view |
    Click to read | More exciting content | For more exciting | Reading the rest | Expand the full text |
    Read the full text | Previous: | Next: | Previous article: | Next article: | Previous article | Next article |
    Close the window | Close this window | Print this | Return to list | Relevant links | Related links |
    Related documents | Related recommendations | Related recommendation | Related topics | Related Topics |
    Recommended reading | Recommended for | Hot recommendation | Hot recommendations | Popular recommendations |
    Popular recommendation | Hot picture | Hot pictures | Hot news | Hot spots | Hot comments |
    Copyright and disclaimer | Copyright: | Copyright statement | Copyright notice | Disclaimer: | Disclaimer |
    Statement: | Special statement | Special Statement | The views of | Without authorization | Label |
    Comments (0 | About us | About Us | Contact us | Contact Us | Sponsored by: | Website identification |
    Website map | Site map | Follow us on | Like us | Join the conversation | Latest News | LATEST NEWS |
    LATEST FROM | Latest from | More Photo | MorePhoto | MoreVideo | MoreTop | Most popular | Most viewed |
    Photos | Photo Gallery | Special Reports | EXPLORE | Keywords | KEY WORDS | Key words: | CHOOSE YOUR LANGUAGE |
    Download our app | Download the app | Posted in: | Newspaper headline: | Add to favorites | Media contact | © |
    RELATED ARTICLES | KEY WORDS: | Keywords: | Tags: | Read more: | You may also like | Also read | MOST VIEWED |
    More from | Trending | Explore more | Hot Videos | License for publishing | Registration Number | TOP NEWS |
    Share our story | Share your thoughts | Follow us | Follow China | Sponsored | Advertisement |
    Recommended Video | For the latest China news | Web editor: | Web Editor: | Web editors: | Editor: | Editors: |
    Editor in charge: | Responsible editor: | Executive editor: | Edited by | Source: | Add your comment |
    Please enable JavaScript | Related reading | Related Reading | Related news | Related News | Related Articles |
    Related articles | Related stories | Related Stories | Related Coverage | Related Links | RELATED STORIES |
    Most Read | Most Popular | Most Viewed | Most Searched | MOST READ | MOST POPULAR | MORE FROM | We Recommend |
    Recommended Reading | Recommended for you | Hot News | Hot Topics | Top News | Today's Top News | Latest News |
    Editor's Pick | Editor’s Pick | Editor's Choice | Key Words | Popular on | Special Coverage | Back to Top |
    Back to top | BACK TO TOP | Share this | Share to | Print Share | Print E-mail | Share or comment |
    Follow us on | Scan the QR code | Scan QR code | Leave a comment | Post a comment | Post your comment |
    Comments ( | View comments | Subscribe to | Sign up for | Copyright © | Copyright (c) | Copyright 19 |
    Copyright 20 | All rights reserved | All Rights Reserved | ©
    """
)
"""What a site writes right below a text, as it is spelled there; the first of them closes the text of a flat page."""


def alternatives(*groups: tuple[str, ...]) -> str:
    """Write the entries of the groups as one alternation, longest first so that none hides another."""
    entries = sorted({e for group in groups for e in group}, key=lambda e: (-len(e), e))
    return "|".join(re.escape(e).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]") for e in entries)
