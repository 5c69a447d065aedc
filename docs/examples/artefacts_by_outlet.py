"""How much translation left in the texts of each outlet: ``python artefacts_by_outlet.py [RELEASE]``; with polars.

The rate counts edits about language per 1,000 words; beside it the class of which there are most.
"""

from __future__ import annotations

import sys

import polars as pl

LAYOUT = ["header", "dateline", "credit", "caption", "republication", "chrome", "personal_data"]
"""The classes of what the page left, which are not counted; neither are blanks, nor what nobody can judge."""

release = sys.argv[1] if len(sys.argv) > 1 else "data/latest"
documents = pl.read_parquet(f"{release}/documents/*.parquet").with_columns(pl.col("outlet").fill_null("(not named)"))
edits = pl.read_parquet(f"{release}/edits/*.parquet").filter(
    ~pl.col("artefact_class").is_in([*LAYOUT, "omission", "register", "encoding"])
    & ~pl.col("rule").is_in(["paragraph-break", "outer-blank"])
)
by_outlet = documents.group_by("outlet").agg(
    pl.len().alias("documents"), pl.col("word_count").sum(), pl.col("artefacts_per_1000_words").median().alias("median")
)
commonest = (
    edits.join(documents.select("id", "outlet"), left_on="document_id", right_on="id")
    .group_by("outlet", "artefact_class")
    .len()
    .sort("len", "artefact_class", descending=[True, False])
    .group_by("outlet", maintain_order=True)
    .first()
)
print(f"{'outlet':<30} {'documents':>9} {'words':>7} {'median rate':>11}  commonest class")
for row in by_outlet.join(commonest, on="outlet", how="left").sort("outlet").iter_rows(named=True):
    most = f"{row['artefact_class']} ({row['len']})" if row["len"] else "none"
    print(f"{row['outlet']:<30} {row['documents']:>9} {row['word_count']:>7,} {row['median']:>11.1f}  {most}")
