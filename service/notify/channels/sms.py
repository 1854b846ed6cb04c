"""短信: a text message by the HTTP gateway of the section `sms`."""

from service.clock import Clock
from service.notify.channels.gateway import Gateway, GatewayChannel
from service.notify.channels.guard import Guard
from service.notify.short import Spoken


class SmsChannel(GatewayChannel):
    """The text as it is."""

    def __init__(
        self, gateway: Gateway, clock: Clock, duty_phone: str = "", guard: Guard | None = None, limit: int = 8
    ) -> None:
        super().__init__(gateway, clock, duty_phone, _written, guard, limit)


def _written(spoken: Spoken) -> str:
    return spoken.text
