"""The deliverer with real receivers: retries, hand-overs, neighbours, limits."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from service.bell import Topic
from service.clock import FrozenClock, SystemClock
from service.db import Database
from service.notify.channels import Channel, Outcome, Outgoing, Pace, Result
from service.notify.channels.email import EmailChannel, MailServer
from service.notify.channels.webhook import WebhookChannel
from service.notify.deliver import Deliverer
from tests.fakes import Answer, HttpReceiver, SmtpReceiver
from tests.notify.letters import SECRET, to
from tests.notify.rows import SECOND, attempts, journal, message, messages, person, put

MINUTE = timedelta(minutes=1)


class Scripted:
    """A channel that does what its function says for each message."""

    signed = True
    pace: Pace | None = None

    def __init__(self, act: Callable[[Outgoing], Result] | None = None, limit: int = 64) -> None:
        self.limit = limit
        self.sent: list[Outgoing] = []
        self._act = act or (lambda _outgoing: Result(Outcome.DELIVERED))

    async def send(self, outgoing: Outgoing) -> Result:
        self.sent.append(outgoing)
        return self._act(outgoing)

    async def close(self) -> None:
        pass


def deliver(db: Database, clock: FrozenClock, channels: dict[str, Channel], **options: Any) -> int:
    """One pass with a deliverer of its own."""
    with Deliverer(db, clock, channels, jitter=lambda: 0.0, **options) as deliverer:
        return deliverer.deliver_due()


def test_a_receiver_that_fails_is_tried_again_later_with_the_same_id(db: Database, clock: FrozenClock) -> None:
    channels: dict[str, Channel] = {"webhook": WebhookChannel(clock)}
    with HttpReceiver(500, Answer(429, (("Retry-After", "60"),)), 200) as receiver:
        id_ = put(db, clock.now(), "x", to("webhook", receiver.url))
        for wait, delivered, calls in [(0, 0, 1), (0.5, 0, 1), (0.5, 0, 2), (59, 0, 2), (1, 1, 3), (600, 0, 3)]:
            clock.advance(wait * SECOND)
            assert deliver(db, clock, channels) == delivered
            assert len(receiver.requests) == calls
    assert {request.headers["webhook-id"] for request in receiver.requests} == {id_}
    assert attempts(db, id_) == [(1, "try_again", "500"), (2, "try_again", "429"), (3, "delivered", "200")]


def test_given_up_it_goes_to_the_next_channel_then_the_next_post_then_to_a_person(
    db: Database, clock: FrozenClock
) -> None:
    def dead(_outgoing: Outgoing) -> Result:
        return Result(Outcome.TRY_AGAIN, "timeout")

    with HttpReceiver(410) as receiver, SmtpReceiver({"li@example.org": "550 gone"}) as server:
        channels: dict[str, Channel] = {
            "webhook": WebhookChannel(clock),
            "email": EmailChannel(MailServer("127.0.0.1", server.port), clock),
            "pager": Scripted(dead),
        }
        route = [to("webhook", receiver.url), to("email", "li@example.org"), to("pager", "9", "county.deputy")]
        put(db, clock.now(), "alert/17/1/li", *route)
        assert deliver(db, clock, channels) == 0
        assert [row.state for row in messages(db)] == ["given_up", "given_up", "pending"]
        for _ in range(60):  # the pager is the last: a day of retries
            clock.advance(30 * MINUTE)
            deliver(db, clock, channels)
    assert [row.state for row in messages(db)] == ["given_up"] * 3
    (entry,) = journal(db)
    assert (entry.kind, entry.subject) == ("undelivered", messages(db)[-1].occasion)
    assert entry.at == messages(db)[-1].settled_at


def test_a_message_for_a_channel_that_is_not_set_up_moves_on_at_once(db: Database, clock: FrozenClock) -> None:
    channel = Scripted()
    first = put(db, clock.now(), "x", to("email", "li@example.org"), to("test", "a"))
    assert deliver(db, clock, {"test": channel}) == 1
    assert attempts(db, first) == [(1, "give_up", "no_channel")]
    assert [sent.address for sent in channel.sent] == ["a"]


def test_a_poison_message_does_not_stop_its_neighbours(db: Database, clock: FrozenClock) -> None:
    def act(outgoing: Outgoing) -> Result:
        if outgoing.address == "poison":
            raise ZeroDivisionError("token=hunter2")
        return Result(Outcome.DELIVERED)

    poison = put(db, clock.now(), "poison", to("test", "poison"))
    good = [put(db, clock.now(), f"good/{n}", to("test", f"a{n % 3}")) for n in range(100)]
    assert deliver(db, clock, {"test": Scripted(act)}) == 100
    assert {message(db, id_).state for id_ in good} == {"delivered"}
    assert attempts(db, poison) == [(1, "try_again", "ZeroDivisionError")]


def test_a_send_that_hangs_ends_in_time(db: Database, clock: FrozenClock) -> None:
    with HttpReceiver(Answer(hang=True)) as receiver:
        id_ = put(db, clock.now(), "x", to("webhook", receiver.url))
        started = time.monotonic()
        deliver(db, clock, {"webhook": WebhookChannel(clock)}, send_timeout=0.2)
    assert time.monotonic() - started < 5
    assert attempts(db, id_) == [(1, "try_again", "timeout")]


def test_a_slow_receiver_never_has_more_in_flight_than_the_limit(db: Database, clock: FrozenClock) -> None:
    with HttpReceiver(answer_with=lambda _received: Answer(delay=0.02)) as receiver:
        for n in range(40):
            put(db, clock.now(), f"x/{n}", to("webhook", receiver.url))
        assert deliver(db, clock, {"webhook": WebhookChannel(clock)}, concurrency=8) == 40
    assert 2 <= receiver.most_in_flight <= 8


def test_the_limit_of_the_channel_counts_where_it_is_lower(db: Database, clock: FrozenClock) -> None:
    with HttpReceiver(answer_with=lambda _received: Answer(delay=0.02)) as receiver:
        for n in range(10):
            put(db, clock.now(), f"x/{n}", to("webhook", receiver.url))
        deliver(db, clock, {"webhook": WebhookChannel(clock, limit=3)}, concurrency=8)
    assert receiver.most_in_flight == 3


def test_a_dead_receiver_leaves_room_for_its_neighbours(db: Database, clock: FrozenClock) -> None:
    """A dozen messages for a receiver that hangs come before one for a receiver that works."""
    with HttpReceiver(answer_with=lambda _received: Answer(hang=True)) as dead, HttpReceiver() as alive:
        for n in range(12):
            put(db, clock.now() - SECOND, f"dead/{n}", to("webhook", dead.url))
        put(db, clock.now(), "alive", to("webhook", alive.url))
        channels: dict[str, Channel] = {"webhook": WebhookChannel(clock)}
        with Deliverer(db, clock, channels, concurrency=8, send_timeout=0.5, jitter=lambda: 0.0) as deliverer:
            deliverer.deliver_due()
    assert len(alive.requests) == 1
    assert dead.most_in_flight <= 8
    assert len(dead.requests) == 12


@pytest.mark.parametrize(
    ("secret_of", "outcome", "code", "signed"),
    [
        (lambda _contact: SECRET, "delivered", "200", True),
        (lambda _contact: None, "delivered", "200", False),
        (lambda _contact: 1 / 0, "try_again", "secret_ZeroDivisionError", False),
    ],
)
def test_the_secret_of_the_contact_signs(
    db: Database, secret_of: Callable[[int], str | None], outcome: str, code: str, signed: bool
) -> None:
    clock = SystemClock()
    with HttpReceiver() as receiver:
        id_ = put(db, clock.now(), "x", person(db, "li", "webhook", receiver.url))
        with Deliverer(db, clock, {"webhook": WebhookChannel(clock)}, secret_of=secret_of) as deliverer:
            deliverer.deliver_due()
    assert attempts(db, id_) == [(1, outcome, code)]
    signatures = [request.headers.get("webhook-signature") for request in receiver.requests]
    assert len(signatures) == (outcome == "delivered")
    if signed:
        Webhook(SECRET).verify(receiver.requests[0].body, receiver.requests[0].headers)
    else:
        assert not any(signatures)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"lease_seconds": 5.0, "send_timeout": 5.0}, "lease_seconds"),
        ({"send_timeout": 0.0}, "lease_seconds"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_deliverer_that_could_outlive_its_leases_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Deliverer(Database("sqlite://"), SystemClock(), {}, **options)


@contextmanager
def running(deliverer: Deliverer) -> Iterator[threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=deliverer.run, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_the_bell_wakes_a_running_deliverer_at_once(db: Database) -> None:
    clock = SystemClock()
    channel = Scripted()
    with running(Deliverer(db, clock, {"test": channel})):
        time.sleep(0.2)  # it has found nothing and waits
        waits = []
        for n in range(3):
            started = time.monotonic()
            put(db, clock.now(), f"x/{n}")
            until(lambda n=n: len(channel.sent) > n)  # type: ignore[misc]
            waits.append(time.monotonic() - started)
    assert min(waits) < 0.5  # without the bell it would be the poll of a second
    assert {row.state for row in messages(db)} == {"delivered"}


class Held(Scripted):
    """Holds what goes to the address `slow` until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    async def send(self, outgoing: Outgoing) -> Result:
        result = await super().send(outgoing)
        while outgoing.address == "slow" and not self.release.is_set():
            await asyncio.sleep(0.005)
        return result


def test_a_slow_send_does_not_hold_up_what_comes_after_it(db: Database) -> None:
    clock, channel = SystemClock(), Held()
    with running(Deliverer(db, clock, {"test": channel})):
        slow = put(db, clock.now(), "slow", to("test", "slow"))
        until(lambda: channel.sent)
        quick = put(db, clock.now(), "quick", to("test", "quick"))
        until(lambda: message(db, quick).state == "delivered")
        assert message(db, slow).state == "sending"
        threading.Timer(0.1, channel.release.set).start()
    assert message(db, slow).state == "delivered"  # stopping waits for what is on its way


def test_a_database_that_goes_away_does_not_end_it(db: Database) -> None:
    clock = SystemClock()
    channel = Scripted()
    with running(Deliverer(db, clock, {"test": channel})) as thread:
        put(db, clock.now(), "before")
        until(lambda: len(channel.sent) == 1)
        with db.write() as session:
            session.connection().execute(text("ALTER TABLE outbox_message RENAME TO away"))
        time.sleep(0.1)
        db.bell.ring(Topic.DELIVER)
        time.sleep(1.2)
        assert thread.is_alive()
        with db.write() as session:
            session.connection().execute(text("ALTER TABLE away RENAME TO outbox_message"))
        put(db, clock.now(), "after")
        until(lambda: len(channel.sent) == 2)


def test_two_deliverers_on_one_database_send_nothing_twice(db: Database) -> None:
    clock = SystemClock()
    other = Database(str(db.engine.url.render_as_string(hide_password=False)))
    with HttpReceiver(answer_with=lambda _received: Answer(delay=0.005)) as receiver:
        ids = [put(db, clock.now(), f"x/{n}", to("webhook", receiver.url)) for n in range(150)]
        one = Deliverer(db, clock, {"webhook": WebhookChannel(clock)}, concurrency=16)
        two = Deliverer(other, clock, {"webhook": WebhookChannel(clock)}, concurrency=16)
        with running(one), running(two):
            until(lambda: len(receiver.requests) >= 150, 30)
    other.close()
    assert sorted(request.headers["webhook-id"] for request in receiver.requests) == sorted(ids)
    assert {row.state for row in messages(db)} == {"delivered"}
