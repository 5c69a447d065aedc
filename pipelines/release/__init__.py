"""What a release folder is: its tables, its manifest and checksums; how to list, find, read and verify releases.

::

    releases/1.3.0/
      README.md  CHANGES.md  croissant.json  manifest.json  SHA256SUMS  charts/*.svg
      documents/train-00000-of-00001.parquet   edits/…  terms/…  rejects/…  changes/…  (from the second release on)

The store around them has the log, ``log/00000001.json`` and so on: what was published, withdrawn, pinned, removed.
"""

from pipelines.release.checksums import CHECKSUMS, checksum_text, file_sha256
from pipelines.release.finding import Finding
from pipelines.release.log import LOG, Entry, append, check_log, read_log
from pipelines.release.nearby import Nearby, list_folders, nearby
from pipelines.release.store import (
    MANIFEST,
    RELEASES,
    Release,
    ReleaseInfo,
    check_store_exists,
    format_version,
    latest,
    parse_version,
    read_standing,
    releases,
    resolve,
    store_of,
    withdrawal,
)
from pipelines.release.tables import (
    AnyTables,
    TableFiles,
    Tables,
    count_values,
    row_sha256,
    sort_documents,
    table_sha256,
    take_rows,
)
from pipelines.release.verify import check_files, verify

__all__ = [
    "CHECKSUMS", "LOG", "MANIFEST", "RELEASES", "AnyTables", "Entry", "Finding", "Nearby", "Release", "ReleaseInfo",
    "TableFiles", "Tables", "append", "check_files", "check_log", "check_store_exists", "checksum_text", "count_values",
    "file_sha256", "format_version", "latest", "list_folders", "nearby", "parse_version", "read_log", "read_standing",
    "releases", "resolve", "row_sha256", "sort_documents", "store_of", "table_sha256", "take_rows", "verify",
    "withdrawal",
]  # fmt: skip
