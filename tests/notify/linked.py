"""A town in which 李娜 reads mail, and the one-time links of what is sent to her."""

from datetime import timedelta

from service.clock import FrozenClock
from service.db import Database
from service.network.sealing import Sealer
from service.notify.links import Links
from service.notify.outbox import Claimed, Share, claim
from tests.builders import Town
from tests.cast import NETWORK

BASE = "https://warn.example/lw/"
DAY = timedelta(days=1)
SEALER = Sealer(["new key"])
LINKS = Links(SEALER, BASE, DAY)


def town_with_mail(db: Database, clock: FrozenClock, channel: str = "email", address: str = "li@example.org") -> Town:
    """The town after an orange alert about the gear works, of which 李娜 is told by `channel`."""
    contact = f"{{channel: {channel}, address: {address}, verified: true}}"
    town = Town.found(db, clock, NETWORK.replace("{channel: console, address: li.na}", contact))
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    return town


def claimed(town: Town, channel: str = "email") -> list[Claimed]:
    """What the deliverer would send now."""
    with town.db.write() as session:
        return LINKS.attach(session, claim(session, town.clock.now(), {channel: Share(9, {})}, 60.0))


def token(town: Town, channel: str = "email") -> str:
    """The token of the only link."""
    (one,) = claimed(town, channel)
    assert one.outgoing.link.startswith("https://warn.example/lw/l/")
    return one.outgoing.link.rpartition("/")[2]
