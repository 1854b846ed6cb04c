"""装配: the channels that the settings ask for."""

import sys
from collections.abc import Callable
from typing import TextIO

from service.clock import Clock
from service.errors import LineProblem, WrongUse
from service.network.tree import problems_to
from service.notify.channels import Channel
from service.notify.channels.console import ConsoleChannel
from service.notify.channels.dingtalk import DingtalkChannel
from service.notify.channels.email import EmailChannel, MailServer
from service.notify.channels.feishu import FeishuChannel
from service.notify.channels.gateway import Gateway
from service.notify.channels.gateway_file import read_gateways
from service.notify.channels.guard import Guard
from service.notify.channels.sms import SmsChannel
from service.notify.channels.voice import VoiceChannel
from service.notify.channels.webhook import WebhookChannel
from service.notify.channels.wecom import WecomChannel
from service.settings import Settings


def channels(settings: Settings, clock: Clock, console: TextIO | None = None) -> dict[str, Channel]:
    """Every channel by its name; a mail server and gateways only where they are set up. Raises WrongUse for settings or
    a gateway file that cannot be read."""
    guard = guard_of(settings)
    found: dict[str, Channel] = {
        "console": ConsoleChannel(console or sys.stdout),
        "webhook": WebhookChannel(clock, settings.deliver_concurrency, guard),
        "wecom": WecomChannel(clock, guard),
        "dingtalk": DingtalkChannel(clock, guard),
        "feishu": FeishuChannel(clock, guard),
    }
    if settings.smtp_host:
        found["email"] = EmailChannel(_mail_server(settings), clock, timeout=settings.send_timeout)
    kinds: dict[str, Callable[[Gateway, Clock, str, Guard], Channel]] = {"sms": SmsChannel, "voice": VoiceChannel}
    for name, gateway in _gateways(settings).items():
        found[name] = kinds[name](gateway, clock, settings.duty_phone, guard)
    return found


def guard_of(settings: Settings) -> Guard:
    """Where calls may lead. Raises WrongUse."""
    try:
        return Guard(settings.webhook_networks)
    except ValueError as error:
        raise WrongUse(*str(error).split(" / ", 1)) from error


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from,
        tls=settings.smtp_tls,
    )


def _gateways(settings: Settings) -> dict[str, Gateway]:
    if settings.gateways is None:
        return {}
    try:
        text = settings.gateways.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"LABOUR_WATCH_GATEWAYS：{settings.gateways} 读不了（{type(error).__name__}）",
            f"LABOUR_WATCH_GATEWAYS: {settings.gateways} cannot be read",
        ) from error
    secrets = {
        "sms": settings.sms_secret.get_secret_value(),
        "voice": settings.voice_secret.get_secret_value(),
    }
    problems: list[LineProblem] = []
    found = read_gateways(text, secrets, problems_to(str(settings.gateways), problems))
    if problems:
        raise WrongUse("\n".join(map(str, problems)), "the gateway file cannot be used, see above")
    return found
