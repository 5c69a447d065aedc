"""Who is named as reporter, editor or photographer, and in how many texts: ``python who_is_named.py [RELEASE]``.

With duckdb: the lists of each document become rows. A person may be named in several parts of one text.
"""

from __future__ import annotations

import sys

import duckdb

QUERY = """
WITH named AS (
    SELECT id, published_date, 'reporter' AS part, unnest(reporters) AS name FROM documents
    UNION ALL SELECT id, published_date, 'editor', unnest(editors) FROM documents
    UNION ALL SELECT id, published_date, 'photographer', unnest(photographers) FROM documents
)
SELECT name, string_agg(DISTINCT part, ', ' ORDER BY part) AS parts, count(DISTINCT id) AS documents
FROM named GROUP BY name ORDER BY documents DESC, name
"""

release = sys.argv[1] if len(sys.argv) > 1 else "data/latest"
documents = duckdb.read_parquet(f"{release}/documents/*.parquet")
nameless = documents.filter("len(reporters) + len(editors) + len(photographers) = 0")
print(f"{'name':<24} {'documents':>9}  named as")
for name, parts, count in duckdb.sql(QUERY).fetchall():
    print(f"{name:<24} {count:>9}  {parts}")
print(f"documents that name nobody: {len(nameless)}")
