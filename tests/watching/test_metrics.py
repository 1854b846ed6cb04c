"""What /metrics says, and that the shipped alert rules ask for nothing else."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlmodel import Session

from service import watching
from service.journal import Beat
from service.notify.hold import hold
from service.notify.tables import DeliveryAttempt
from service.watching.figures import collect
from service.watching.metrics import exposition
from tests.builders import Town

RULES = Path(watching.__file__).with_name("prometheus-rules.yaml")


def shown(town: Town) -> str:
    with town.db.read() as session:
        return exposition(collect(session, town.clock.now()), town.clock.now()).decode()


def attempt(session: Session, message: str, number: int, outcome: str | None, ago: timedelta, town: Town) -> None:
    at = town.clock.now() - ago
    session.add(DeliveryAttempt(message_id=message, number=number, started_at=at, outcome=outcome))


def test_the_figures_are_those_of_the_rows(town: Town) -> None:
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    (letter, *_) = town.letters()
    with town.db.write() as session:
        attempt(session, letter.id, 1, "try_again", timedelta(hours=2), town)  # too long ago
        attempt(session, letter.id, 2, "try_again", timedelta(minutes=9), town)
        attempt(session, letter.id, 3, None, timedelta(), town)
        session.merge(Beat(name="audit", at=town.clock.now(), detail='{"no_owner":2}'))
    town.clock.advance(timedelta(minutes=1))
    lines = shown(town).splitlines()
    for line in (
        'labour_watch_alerts_open{level="orange"} 1.0',
        'labour_watch_alerts_open{level="red"} 0.0',
        "labour_watch_alerts_unsigned 1.0",
        'labour_watch_audit_findings{kind="no_owner"} 2.0',
        'labour_watch_beat_age_seconds{job="sweep"} 60.0',
        'labour_watch_job_seconds{job="sweep"} 0.007',
        'labour_watch_leader{process="host:1"} 1.0',
        f'labour_watch_outbox_messages{{state="pending"}} {float(len(town.letters()))}',
        'labour_watch_outbox_age_seconds{state="pending"} 60.0',
        'labour_watch_sends_last_hour{channel="console",outcome="open"} 1.0',
        'labour_watch_sends_last_hour{channel="console",outcome="try_again"} 1.0',
        "labour_watch_on_hold 0.0",
        "labour_watch_well 1.0",
    ):
        assert line in lines
    with town.db.write() as session:
        hold(session, town.clock.now(), "test")
    assert {"labour_watch_on_hold 1.0", "labour_watch_well 0.0"} <= set(shown(town).splitlines())
    assert f'labour_watch_outbox_messages{{state="held"}} {float(len(town.letters()))}' in shown(town)


def test_every_figure_that_a_rule_asks_for_exists_and_every_rule_says_what_to_do(town: Town) -> None:
    known = set(re.findall(r"^# TYPE (\w+) gauge$", shown(town), re.MULTILINE))
    (group,) = YAML(typ="safe").load(RULES)["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        asked = set(re.findall(r"labour_watch_\w+", rule["expr"]))
        assert asked, rule["alert"]
        assert asked <= known, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "action"}
