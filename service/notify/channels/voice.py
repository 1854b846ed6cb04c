"""语音电话: the same read out twice by the HTTP gateway of the section `voice`; whoever was asleep hears it at last."""

from service.clock import Clock
from service.notify.channels.gateway import Gateway, GatewayChannel
from service.notify.channels.guard import Guard
from service.notify.short import Spoken


class VoiceChannel(GatewayChannel):
    """The text with an opening, and once more."""

    def __init__(
        self, gateway: Gateway, clock: Clock, duty_phone: str = "", guard: Guard | None = None, limit: int = 4
    ) -> None:
        super().__init__(gateway, clock, duty_phone, _read_out, guard, limit)


def _read_out(spoken: Spoken) -> str:
    return f"劳动关系预警通知：{spoken.text}。重复一遍：{spoken.text}。"
