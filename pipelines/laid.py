"""Laid: what was found in the parts of a text as one sequence, each part's findings kept in that part's own offsets.

Sites repeat their paragraphs, so what is found in one is worked out once; a text is then a list of parts and where they
stand. Nothing is copied until somebody looks at the single findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar


class Placed(Protocol):
    """What has a place in a text, and can be laid further on."""

    def at(self, by: int, /) -> Any:  # noqa: ANN401 - of the same type
        """Return the same, so many characters further on."""


Found = TypeVar("Found", bound=Placed)
Answer = TypeVar("Answer")


class Laid(Sequence[Found]):
    """The findings of all ``parts`` in order; a part is its offset in the text, and what was found in it."""

    def __init__(self, parts: Sequence[tuple[int, Sequence[Found]]]) -> None:
        """Lay the parts, which come in the order of their offsets; each part's findings are in order too."""
        self.parts = parts
        self._all: tuple[Found, ...] | None = None

    def _each(self) -> tuple[Found, ...]:
        if self._all is None:
            self._all = tuple([each.at(by) for by, found in self.parts for each in found])
        return self._all

    def __len__(self) -> int:
        """How many there are."""
        return sum([len(found) for _, found in self.parts])

    def __iter__(self) -> Iterator[Found]:
        """Each of them, in the offsets of the text."""
        return iter(self._each())

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as a tuple does
        """One of them, or some as a tuple."""
        return self._each()[place]

    def __eq__(self, other: object) -> bool:
        """Tell whether another sequence holds the same."""
        return isinstance(other, Sequence) and self._each() == tuple(other)

    def __hash__(self) -> int:
        """Hash as the tuple of them does."""
        return hash(self._each())

    def __repr__(self) -> str:
        """Show what there is."""
        return f"Laid({list(self._each())!r})"


class Once(Generic[Found, Answer]):
    """What there is to say of the findings of a part, worked out once for all texts that have it.

    Parts are told apart by where they lie in memory: the texts must be held as long as this is asked.
    """

    def __init__(self, work: Callable[[Sequence[Found]], Answer]) -> None:
        """Ask ``work`` of each part at its first occurrence."""
        self._work = work
        self._known: dict[int, Answer] = {}

    def __call__(self, part: Sequence[Found]) -> Answer:
        """Return what was worked out."""
        known = self._known.get(id(part))
        if known is None:
            known = self._known[id(part)] = self._work(part)
        return known


def parts_of(found: Sequence[Found]) -> Sequence[tuple[int, Sequence[Found]]]:
    """The parts that findings are kept in, each with its offset; those that are no ``Laid`` are a part of their own."""
    return found.parts if isinstance(found, Laid) else ((0, found),)
