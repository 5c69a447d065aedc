"""The words of the ``edits`` table: what an edit does, and the classes of artefacts. Loads no pandera."""

from __future__ import annotations

ACTIONS = ("replace", "delete", "move", "redact", "annotate")
"""What an edit does; all but ``annotate`` are applied."""

LAYOUT_CLASSES = ("header", "dateline", "credit", "caption", "republication", "chrome", "personal_data")
"""What the page left behind: metadata, site chrome, personal data."""

LANGUAGE_CLASSES = (
    "segmentation", "punctuation", "quotation", "capitalisation", "hyphenation", "repetition", "terminology",
    "tifa_literal", "tifa_numeric", "word_sense", "idiom", "entity", "grammar",
)  # fmt: skip
"""What translation left behind; ``artefacts_per_1000_words`` counts these."""

OTHER_CLASSES = ("omission", "register", "encoding")

ARTEFACT_CLASSES = LAYOUT_CLASSES + LANGUAGE_CLASSES + OTHER_CLASSES
