"""Memory: answers are kept, asked for once, and never more of them than was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.memory import MOST_CHARACTERS, remember


@given(st.lists(st.integers(0, 40), max_size=400), st.integers(2, 20))
def test_an_answer_is_the_same_whether_it_is_remembered_or_worked_out(questions: list[int], most: int) -> None:
    def work(number: int) -> int | None:
        return number * 3 if number % 7 else None

    asked = remember(most)(work)
    assert [asked(number) for number in questions] == [work(number) for number in questions]


def test_a_question_is_worked_out_once_while_it_is_remembered() -> None:
    worked: list[str] = []

    def work(word: str) -> str:
        worked.append(word)
        return word.upper()

    asked = remember(4)(work)
    assert [asked(word) for word in "aabab"] == list("AABAB")
    assert worked == ["a", "b"]
    for word in "cdaefaghaij":  # what is asked for again and again is never forgotten
        asked(word)
    assert worked.count("a") == 1
    asked("b")
    assert worked.count("b") == 2


def test_memory_is_bounded() -> None:
    asked = remember(10)(str)
    memory = asked.__self__  # type: ignore[attr-defined]
    for number in range(1_000):
        asked(number)
        assert len(memory) + len(memory._before) <= 10


def test_memory_is_bounded_by_the_length_of_what_is_asked_too() -> None:
    asked = remember(1_000)(lambda key: key)
    memory = asked.__self__  # type: ignore[attr-defined]
    long = "x" * (MOST_CHARACTERS // 7)
    for number in range(20):
        assert asked((f"{long}{number}", number))[1] == number
        assert sum(len(text) for text, _ in (*memory, *memory._before)) <= MOST_CHARACTERS
    assert asked(("y" * MOST_CHARACTERS, 0))[1] == 0
    assert len(memory) == 1
