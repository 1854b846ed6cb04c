"""自检的通知: what the operator is told – the weekly test message and alarms. Pure."""

from service.notify.message import Letter, plain


def canary(week: str, channel: str) -> Letter:
    """The weekly test message through one channel; whoever gets it knows that alerts would arrive too."""
    return _letter(
        "canary",
        f"【测试】{week} 渠道自检：{channel}",
        f"这是 {week} 的渠道自检（{channel}），收到即可，无需处理。\n"
        f"Weekly test message of {week} ({channel}); nothing to do.",
    )


def alarm(key: str, text: str, text_en: str) -> Letter:
    """Something that the service noticed about itself."""
    return _letter(
        "alarm",
        f"【运行告警】{text}",
        f"{text}\n{text_en}\n请查看 labour-watch doctor 与日志。/ See `doctor` and the log.",
        key,
    )


def _letter(kind: str, subject: str, body: str, key: str = "") -> Letter:
    payload = {
        "specversion": "1.0",
        "type": f"labour-watch.{kind}",
        "source": "labour-watch",
        "subject": key or kind,
        "datacontenttype": "application/json",
        "data": {"text": body, "brief": plain(subject)},
    }
    return Letter(plain(subject, 120), body, payload)
