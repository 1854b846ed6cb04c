"""What the tests of this area write about: one alert, one letter, addresses."""

from datetime import UTC, datetime
from typing import Any

from service.notify.channels import Outgoing
from service.notify.message import AlertNews, FindingLine, Letter, NewsReason
from service.notify.outbox import Address
from service.scoring.pack import Level

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LETTER = Letter("【橙色预警】岐山县 某某公司", "正文\n第二行", {"specversion": "1.0", "data": {"number": 17}})


def news(**changes: Any) -> AlertNews:
    """An orange alert about unpaid wages, to be signed by 14:00."""
    values: dict[str, Any] = {
        "number": 17,
        "level": Level.ORANGE,
        "reason": NewsReason.RAISED,
        "at": datetime(2026, 11, 18, 2, 0, tzinfo=UTC),
        "node_id": "qishan-03",
        "node": "某某公司",
        "county": "岐山县",
        "post": "县级工会干事",
        "findings": (FindingLine("拖欠工资", "35天", "≥ 30天"), FindingLine("欠薪人数", "80人", "≥ 50人")),
        "advice": ("约谈企业，核实工资表与补发计划",),
        "sign_by": datetime(2026, 11, 18, 6, 0, tzinfo=UTC),
        "link": "http://127.0.0.1:8000/alerts/17",
    }
    return AlertNews(**values | changes)


def to(channel: str, address: str, post: str = "county.officer") -> Address:
    """An address of nobody in the directory."""
    return Address(None, post, channel, address, None)


def outgoing(address: str, **changes: Any) -> Outgoing:
    """The first attempt at the letter."""
    values: dict[str, Any] = {
        "message_id": "0199a6c0-0000-7000-8000-000000000001",
        "attempt": 1,
        "address": address,
        "subject": LETTER.subject,
        "body": LETTER.body,
        "payload": LETTER.payload,
    }
    return Outgoing(**values | changes)
