"""Ingest: list the inputs of a source and read their records, one at a time; what cannot be read is a reject.

An input is a file, local or behind a URL. It may be packed, and it may hold many records; ``records`` unpacks it layer
by layer, finds its format by content and by name, and gives each record as raw text or as a reject that says what is
wrong and what to do. Memory is bounded by the largest record, never by the file.
"""

from __future__ import annotations

from pipelines.ingest.identity import glance, identity_of, size_of
from pipelines.ingest.places import Input, Window, check_apart, file_input, list_inputs, read_beside, survey
from pipelines.ingest.reader import records
from pipelines.ingest.settings import CORRECTIONS_FILE, SETTINGS_FILE, read_corrections, read_settings
from pipelines.ingest.windows import windows
from pipelines.urls import hide_secrets, show_source, source_argument

__all__ = [
    "CORRECTIONS_FILE", "SETTINGS_FILE", "Input", "Window", "check_apart", "file_input", "glance", "hide_secrets",
    "identity_of", "list_inputs", "read_beside", "read_corrections", "read_settings", "records", "show_source",
    "size_of", "source_argument", "survey", "windows",
]  # fmt: skip
