"""What a release folder is: its tables, its manifest and checksums; how to list, find, read and verify releases.

::

    releases/1.3.0/
      README.md  CHANGES.md  manifest.json  SHA256SUMS
      documents/train-00000-of-00001.parquet   edits/…  terms/…  rejects/…  changes/…  (from the second release on)
"""

from pipelines.release.checksums import CHECKSUMS, checksum_text, file_sha256
from pipelines.release.store import (
    MANIFEST,
    RELEASES,
    Release,
    ReleaseInfo,
    format_version,
    latest,
    parse_version,
    releases,
    resolve,
)
from pipelines.release.tables import Tables, count_values, row_sha256, sort_documents, table_sha256
from pipelines.release.verify import Finding, verify

__all__ = [
    "CHECKSUMS",
    "MANIFEST",
    "RELEASES",
    "Finding",
    "Release",
    "ReleaseInfo",
    "Tables",
    "checksum_text",
    "count_values",
    "file_sha256",
    "format_version",
    "latest",
    "parse_version",
    "releases",
    "resolve",
    "row_sha256",
    "sort_documents",
    "table_sha256",
    "verify",
]
