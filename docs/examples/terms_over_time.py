"""How often each set phrase is used, by month of publication: ``python terms_over_time.py [RELEASE]``; with duckdb.

Counted per 1,000 words of the texts of that month, so that months with more texts do not weigh more.
"""

from __future__ import annotations

import sys

import duckdb

QUERY = """
WITH months AS (
    SELECT strftime(published_date, '%Y-%m') AS month, count(*) AS documents, sum(word_count) AS words
    FROM '{release}/documents/*.parquet' WHERE published_date IS NOT NULL GROUP BY month
), uses AS (
    SELECT strftime(d.published_date, '%Y-%m') AS month, t.canonical, count(*) AS uses
    FROM '{release}/terms/*.parquet' t JOIN '{release}/documents/*.parquet' d ON d.id = t.document_id
    WHERE d.published_date IS NOT NULL GROUP BY ALL
)
SELECT month, documents, canonical, uses, round(1000 * uses / words, 1) AS per_1000_words
FROM uses JOIN months USING (month)
QUALIFY row_number() OVER (PARTITION BY month ORDER BY uses DESC, canonical) <= 3
ORDER BY month, uses DESC, canonical
"""

release = sys.argv[1] if len(sys.argv) > 1 else "data/latest"
print(f"{'month':<8} {'documents':>9}  {'term':<40} {'uses':>4} {'per 1,000 words':>15}")
for month, documents, term, uses, rate in duckdb.sql(QUERY.format(release=release)).fetchall():
    print(f"{month:<8} {documents:>9}  {term[:40]:<40} {uses:>4} {rate:>15}")
