"""Retrying as a value: growing waits, a wish of the receiver, an end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notify.retry import RetryPolicy

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (12, 900), (10_000, 900)]
)
def test_waits_double_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert POLICY.wait(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("after", "fallbacks", "retry_after", "expected"),
    [
        (timedelta(0), 0, None, SECOND),
        (timedelta(0), 0, 30 * SECOND, 30 * SECOND),
        (timedelta(0), 0, timedelta(0), SECOND),
        (timedelta(0), 2, HOUR, 10 * MINUTE),  # never put off beyond the hand-over
        (timedelta(0), 0, timedelta(days=900), 24 * HOUR),
        (10 * MINUTE - SECOND / 2, 1, None, 10 * MINUTE),  # one last try at the deadline
        (10 * MINUTE, 1, None, None),
        (10 * MINUTE, 0, None, 10 * MINUTE + SECOND),
        (24 * HOUR, 0, None, None),
    ],
)
def test_the_next_attempt(
    after: timedelta, fallbacks: int, retry_after: timedelta | None, expected: timedelta | None
) -> None:
    at = POLICY.next_attempt(1, NOON, NOON + after, retry_after, 0.0, fallbacks)
    assert at == (None if expected is None else NOON + expected)


def test_nobody_is_tried_for_longer_than_the_whole_time() -> None:
    policy = RetryPolicy(give_up_after=MINUTE)
    assert [policy.limit(fallbacks) for fallbacks in (0, 1)] == [MINUTE, MINUTE]
    assert [POLICY.limit(fallbacks) for fallbacks in (0, 1)] == [24 * HOUR, 10 * MINUTE]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base": timedelta(0)}, "base"),
        ({"factor": 0.5}, "factor"),
        ({"factor": float("nan")}, "factor"),
        ({"cap": timedelta(milliseconds=1)}, "cap"),
        ({"hand_over_after": -SECOND}, "give_up_after"),
        ({"give_up_after": timedelta(0)}, "give_up_after"),
    ],
)
def test_a_contradictory_policy_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}:"):
        RetryPolicy(**changes)


@given(
    st.integers(1, 50),
    st.integers(0, 90_000),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.integers(0, 10**8),
    st.integers(0, 3),
)
def test_an_attempt_lies_ahead_and_before_the_deadline(
    attempts: int, elapsed: int, jitter: float, retry_after: int | None, fallbacks: int
) -> None:
    now = NOON + elapsed * SECOND
    wish = None if retry_after is None else retry_after * SECOND
    at = POLICY.next_attempt(attempts, NOON, now, wish, jitter, fallbacks)
    deadline = NOON + POLICY.limit(fallbacks)
    assert (at is None) == (now >= deadline)
    if at is not None:
        assert now < at <= deadline
        assert at == deadline or at - now >= POLICY.wait(attempts) / 2
