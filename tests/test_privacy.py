"""Personal data is masked in the text and in every table; what only looks like it stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.document import Edit, Settings, undo
from pipelines.rules.privacy import MASKS, mask_text
from tests.pace import too_slow
from tests.samples import build_tables
from tests.texts import SEEDS, read, refined

EMAILS = [
    "wang@163.com",
    "josé.müller+x@mail.example.co.uk",
    "邮箱wang@163.com。",
    "Email:a_b@x.cn.",
    "wang＠example.cn",
    "wang@ 163.com",
    "<a.b@c-d.org>",
    "mailto:x@y.museum",
]
TELEPHONES = [
    "tel 010-65123456",
    "Tel: (010) 6512 3456",
    "电话：0571-87654321",
    "手机13800138000",
    "+8613800138000",
    "+86-10-6512-3456",
    "0086-10-65123456",
    "86-10-65123456",
    "138-0013-8000",
    "+1 (202) 555-0147",
    "(202) 555-0147",
    "202-555-0147",
    "+44 20 7946 0958",
    "+852 2521 1234",
    "400-810-1234",
    "4008-101-234",
    "fax: 86 10 65123456",
    "phone number is 65123456",
    "+1 415.555.2671",
    "１３８００１３８０００",
    "(+86) 138 0013 8000",
    "+33 1 42 68 53 00",
    "0571-8765 4321",
    "call 13800138000.",
    "(0571)87654321",
    "WeChat: 13800138000",
    "Hotline:12345678",
    "+86(10)65123456",
    "010-65123456-801",
    "86 138 0013 8000",
    "telephone (office): 010-65123456",
    "Tel. No. 65123456",
    "Mobile phone No.: 13800138000",
    "cell phone: 1 202 555 0147",
    "Tel: 020-81789645, 020-81789646",
    "13800138000,13900139000",
    "13800138000/13900139000",
    "13800138000、13900139000",
]
IDENTITIES = [
    "11010519491231002X",
    "110105 19491231 002X",
    "11010519491231002x",
    "110105491231002",
    "身份证号：11010519491231002X",
    "ID number 11010519491231002X",
    "ID card No. 11010519491231002X",
]
CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "6222-0212-3456-7894",
    "6222021234567894",
    "5500 0000 0000 0004",
    "card No. 4111 1111 1111 1111",
    "account number: 4111111111111111",
    "银行卡号：6222021234567894",
]
OTHERS = [
    # dates, years, times
    "2020-05-01",
    "2020.05.01 08:30",
    "1949-2019",
    "20200501123456",
    "The mobile 2019-2020 plan",
    "call 2020-05-01",
    "2020 2021 2022 2023",
    "In 1978 2018 40 years",
    "3:15-4:20 2020",
    "1998-12-31 to 2000-01-01",
    "+1949-10-01",
    "UTC +0800 2020",
    "2019年10月01日",
    "18-24 2019 2020",
    "12-31-1999 01-01-2000",
    "phone 14 2022 2023",
    "between 15-16 2019 and 20-21 2020",
    # documents, registers, standards, books
    "No. 2019-140089",
    "国发〔2019〕12号",
    "京ICP备12345678号-1",
    "ICP No. 05004402",
    "京公网安备11010502030143号",
    "粤B2-20050302",
    "ISBN 978-7-02-000220-7",
    "ISBN 7-02-000220-7",
    "ISBN 9787020002207",
    "ISSN 1000-1234",
    "CN11-1000/D",
    "Order No. 4111111111111111",
    "Document 13800138000",
    "GB/T 19001-2016 2000",
    "Case (2019) 138 0013",
    "RFC 2822 5322 1034",
    "91110000100006XXXX",
    "110105194912310021",
    "978-7-5085-1234-5",
    "code 100031",
    # addresses of machines, places
    "192.168.100.200",
    "127.0.0.1:8080",
    "phone: 10.0.0.12",
    "fe80::1380:0138:2001",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "39.904200, 116.407400",
    "116°23'29\"",
    "+39.904200, +116.407400",
    "content_13812345678.htm",
    "http://x.cn/2020/13812345678.html",
    "version 1.3.8.0.0.1.3.8",
    # statistics
    "13,800,138,000",
    "1.3800138000",
    "13800138000 yuan",
    "¥13800138000",
    "$13800138000",
    "1,234,567,890",
    "0.12345678901",
    "GDP grew 12 345 678 yuan",
    "13800138000 people",
    "100-200-300",
    "0.1-0.2",
    "4521-3892",
    "RMB 13800138000",
    "+10 percent",
    "call 200 000 000 people",
    "mobile 10000000 users",
    "phones 5678910 units",
    "10,000-20,000 1380-1390",
    "1 380 013 800",
    "1234567890123",
    "mobile 100 000 000",
    "hotel 12345678",
    "automobile 1234567 sold",
    "12345 hotline",
    "dial 110",
    # names
    "Xinhua News Agency @ Beijing",
    "@XinhuaNews",
    "People's Daily Online",
    "G20 2016",
    "the 12345 government service line",
]

ALL = [*((t, "[EMAIL]") for t in EMAILS), *((t, "[PHONE]") for t in TELEPHONES), *((t, "[ID]") for t in IDENTITIES)]
ALL += [(t, "[CARD]") for t in CARDS]


@pytest.mark.parametrize(("text", "mask"), ALL, ids=[text for text, _ in ALL])
def test_personal_data_is_masked(text: str, mask: str) -> None:
    for sentence in (text, f"The office of the county said that {text} is the one to ask."):
        masked = mask_text(sentence)
        assert mask in masked
        assert not any(sign.isdecimal() for sign in masked)
        assert "@" not in masked
        assert mask_text(masked) == masked


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_looks_like_it_stays(text: str) -> None:
    for sentence in (text, f"The office of the county said that {text} it was."):
        assert mask_text(sentence) == sentence


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem)
def test_only_the_addresses_of_the_seeds_are_masked(path: object) -> None:
    text = read(path)  # type: ignore[arg-type]
    masked = mask_text(text)
    assert masked == text or {"[EMAIL]", "[PHONE]"} & set(masked.replace(":", " ").split())


@pytest.mark.parametrize(("text", "mask"), ALL, ids=[text for text, _ in ALL])
def test_no_table_holds_what_was_masked(text: str, mask: str) -> None:
    secret = text.rpartition("：")[2].rpartition(": ")[2].strip(".。<>")
    raw = (
        f"Notice of the office, {text}\n2020-05-01 08:30\n"
        f"The office of the county said on Monday that {text} is the one to ask, and the meeting ended.\n"
        f"The second meeting was held in the hall of the county on Tuesday, and it ended at noon.\n"
        f"(Editor: Li Yang {text})\nCopyright, all rights reserved. Contact {text}\n"
    )
    document = refined(raw)
    assert mask in document.text
    tables = build_tables([document], [])
    for _, table in tables.items():
        for name in table.column_names:
            assert secret not in str(table[name].to_pylist()), name
    names = list(Edit._fields)
    masked = undo(document.text, [Edit(**row) for row in tables.edits.select(names).to_pylist()])
    assert len(masked) == len(raw)
    assert secret not in masked


def test_every_rule_counts_as_personal_data() -> None:
    document = refined("Write to wang@example.org or call 13800138000, said 11010519491231002X of 4111111111111111.")
    assert document.text == "Write to [EMAIL] or call [PHONE], said [ID] of [CARD]."
    assert {(e.rule, e.artefact_class, e.action, e.after) for e in document.edits} == {
        (rule, "personal_data", "redact", mask) for rule, mask in MASKS.items()
    }


def test_masking_is_what_a_source_turns_off() -> None:
    assert Settings("s").redact is True


HOSTILE = [
    "1",
    "1 ",
    "+1",
    "a.",
    "a@",
    "(",
    "tel ",
    "tel 1",
    "0-",
    "138-0013-",
    "86 ",
    "a@b.",
    "1111 ",
    "No.",
    "tel no no us ",
    "020 7946 ",
    " ",
    "tel:    ",
    "+",
    "(1",
    "(+86)",
    "１",
    "@",
    "110105 ",
    "/1",
    "x@a-",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    assert too_slow("masking", lambda text: lambda: mask_text(text), piece * (100_000 // len(piece)), 2) is None


@given(st.text(alphabet="0123456789 -+()./@a:Xx,电话tel", max_size=60))
@settings(max_examples=200)
def test_masking_ends_and_keeps_the_rest(text: str) -> None:
    masked = mask_text(text)
    rest = masked
    for mask in MASKS.values():
        rest = rest.replace(mask, "\0")
    position = 0
    for piece in rest.split("\0"):
        position = text.find(piece, position)
        assert position >= 0
        position += len(piece)
