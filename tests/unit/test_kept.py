"""What is held is what was asked for last, as much as fits, whoever asks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ml.kept import Kept


def test_the_latest_that_fit_are_held() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(10, len)

    def ask(text: str) -> str:
        return kept.get(text[:1], lambda: made.append(text) or text)  # type: ignore[func-returns-value]

    assert [ask("aaaa"), ask("bbbb"), ask("aaaa"), ask("cccc"), ask("aaaa")] == ["aaaa", "bbbb", "aaaa", "cccc", "aaaa"]
    assert made == ["aaaa", "bbbb", "cccc"]
    assert ask("bbbb") == "bbbb"  # which had to go for c
    assert made == ["aaaa", "bbbb", "cccc", "bbbb"]
    assert ask("x" * 11) == "x" * 11  # never fits, and is answered all the same
    kept.forget()
    ask("aaaa")
    assert made[-1] == "aaaa"


def test_threads_that_ask_at_once_all_get_the_answer() -> None:
    kept: Kept[int] = Kept(50, lambda value: 1)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: kept.get(n % 70, lambda: n % 70), range(5000)))
    assert answers == [n % 70 for n in range(5000)]
