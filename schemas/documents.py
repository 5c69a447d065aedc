"""The ``documents`` table: one row per published document."""

from __future__ import annotations

import pandera.pyarrow as pandera

from schemas.columns import NOT_EMPTY, SHA256, category, day, key, number, ratio, text, texts

SORT = ("published_date", "id")
"""Row order; unknown dates come first."""

TIME = pandera.Check.str_matches(r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")

SCHEMA = pandera.DataFrameSchema(
    {
        "id": key("The record's own id or address where it has one, else its path without extension", unique=True),
        "source": text("Path of the raw text inside the source", NOT_EMPTY),
        "title": text("Headline; empty where the text has none"),
        "subtitles": texts("Further headline lines, in order"),
        "published_date": day("Date of publication that the text names"),
        "published_time": text("Time of publication that the text names, HH:MM or HH:MM:SS", TIME, nullable=True),
        "dateline_place": category("Place of the dateline", nullable=True),
        "dateline_date": day("Date of the dateline"),
        "outlet": category("Agency or paper that the text itself names", nullable=True),
        "reporters": texts("Names of the reporters, as the record or the text spells them"),
        "editors": texts("Names of the editors, as the text spells them"),
        "photographers": texts("Names of the photographers, as the text spells them"),
        "captions": texts("Photo captions, moved out of the body"),
        "text": text("Cleaned body: paragraphs separated by one blank line; empty where a page holds only pictures"),
        "paragraph_count": number("Paragraphs of the body"),
        "word_count": number("Words of the body: runs of characters between white space"),
        "edit_count": number("Rows of this document in edits, applied or annotated"),
        "artefacts_per_1000_words": ratio(
            "Artefacts of language, changed or noted, per 1,000 words: the classes segmentation to grammar, without "
            "blank lines; metadata, site chrome, personal data, omission, register and encoding do not count"
        ),
        "language": category("Language of the body, ISO 639", NOT_EMPTY),
        "duplicate_group": text("Id of the first document with the same body or nearly so, else null", nullable=True),
        "raw_sha256": text("SHA-256 of the raw bytes, hexadecimal", SHA256),
        "text_sha256": text("SHA-256 of the body in UTF-8, hexadecimal", SHA256),
        "row_sha256": text("SHA-256 of the row's canonical JSON, hexadecimal; what compare goes by", SHA256),
    },
    name="documents",
    description="One row per published document.",
    strict=True,
    ordered=True,
)
