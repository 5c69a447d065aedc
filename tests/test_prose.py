"""Parts of sentences: counts with their nouns, and commands that find the same store again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.prose import plural, publish_into, store_option


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings"), (1214, "1,214 findings")]
)
def test_a_count_agrees_with_its_noun(count: int, said: str) -> None:
    assert plural(count, "finding") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (plural(1, "copy", "copies"), plural(2, "copy", "copies")) == ("1 copy", "2 copies")


def test_a_command_finds_the_same_store_again() -> None:
    assert (store_option(Path("data")), publish_into("data")) == ("", "corpus publish")
    assert store_option("s3://bucket/store") == " --store s3://bucket/store"
    assert publish_into(Path("my store")) == "corpus publish SOURCE --to 'my store'"
