"""The ``rejects`` table: one row per input that did not become a document."""

from __future__ import annotations

from typing import NamedTuple

import pandera.pyarrow as pandera
import pyarrow as pa

from schemas.columns import NOT_EMPTY, SHA256, category, text

SORT = ("source", "stage", "reason", "detail")

STAGES = ("ingest", "parse", "clean", "validate")


class Reason(NamedTuple):
    """Why an input is turned down: the stage that does it, what it means, what to do."""

    stage: str
    meaning: str
    cure: str


REASONS = {
    "empty": Reason("ingest", "no text, or only blanks", "remove the file or record, or fetch it again"),
    "encoding": Reason(
        "ingest", "bytes that no encoding explains, or that break the encoding of the rest", "save it as UTF-8"
    ),
    "binary": Reason(
        "ingest", "an image or the like, whatever its name says, or NUL in a text", "replace it by its text"
    ),
    "format": Reason("ingest", "a file ending that is not read", "convert it to `.txt`, `.jsonl` or `.csv`"),
    "columns": Reason(
        "ingest", "no column of text; those that were found are listed", "name the right one under `[fields]`"
    ),
    "malformed": Reason(
        "ingest", "a line that is no JSON object, or a CSV row with wrong quotes or cells", "correct that line"
    ),
    "not_text": Reason("ingest", "a number, null, a list or an object where the text should be", "correct the record"),
    "duplicate_key": Reason("ingest", "a JSON object that has one key twice", "keep one of them"),
    "surrogate": Reason("ingest", "half a character (a lone surrogate)", "export the record again"),
    "no_article": Reason("ingest", "a page in which no article is found", "check it, or save its text as `.txt`"),
    "damaged": Reason("ingest", "cut short, broken or locked with a password", "fetch or unpack it again"),
    "bomb": Reason("ingest", "unpacks to more than `max_ratio` times its size", "raise the limit if you trust it"),
    "too_large": Reason("ingest", "larger than `max_bytes` or `max_unpacked_bytes`", "split it or raise the limit"),
    "long_line": Reason(
        "ingest", "a line, cell or element longer than `max_line_length`", "split it or raise the limit"
    ),
    "too_deep": Reason(
        "ingest", "packed, or nested, too many times (`max_depth`)", "unpack it, flatten it or raise the limit"
    ),
    "too_many_files": Reason(
        "ingest", "more than `max_files` in the source or an archive", "split it or raise the limit"
    ),
    "unsafe_path": Reason("ingest", "an archive member whose path leads out of it", "pack it anew under a plain name"),
    "not_a_file": Reason("ingest", "a device, or a link that leaves the source", "put a copy of the file itself there"),
    "unreadable": Reason(
        "ingest", "the system or the remote place refuses to give it", "make it readable, publish again"
    ),
    "reader_failed": Reason("ingest", "a defect of Corpus", "report it with the file"),
    "duplicate_id": Reason("ingest", "another input has the same id; the first by path stays", "rename this one"),
    "no_text": Reason(
        "parse", "nothing is left once headers and site chrome are off", "check that it holds an article"
    ),
    "rule_failed": Reason("clean", "a rule could not cope with the text", "report it with the file"),
    "unsettled": Reason(
        "clean",
        "the text still changes after eight rounds of cleaning, as no article does",
        "look for broken or repeated text, and report it with the file",
    ),
    "language": Reason(
        "validate",
        "written in a language that `languages` in `dataset.toml` does not name; the detail says which",
        "add it there, or take the input out",
    ),
    "duplicate": Reason(
        "validate",
        'equal or nearly equal to another text, under `duplicates = "keep_first"`; the detail names the one that stays',
        "take this one out, or keep all",
    ),
    "schema": Reason(
        "validate", "the record breaks a check of its table; the detail names the column", "report it with the file"
    ),
}
"""Every reason that a row may name; it stands here alone, and the pages that list the reasons are made from it."""

SCHEMA = pandera.DataFrameSchema(
    {
        "source": text("Path of the input inside the source", NOT_EMPTY, role="key"),
        "stage": category("The stage that turned it down", pandera.Check.isin(STAGES)),
        "reason": category("Short code of the reason", NOT_EMPTY),
        "detail": text("The reason in words, and what to do"),
        "raw_sha256": text(
            "SHA-256 of the raw bytes, hexadecimal; null where they could not be read", SHA256, nullable=True
        ),
        "bytes": pandera.Column(
            pa.int64(),
            pandera.Check.ge(0),
            nullable=True,
            description="Size of the input in bytes; null where it could not be read",
            metadata={"role": "key"},
        ),
    },
    name="rejects",
    description="One row per input that is not in documents, with the reason.",
    strict=True,
    ordered=True,
)
