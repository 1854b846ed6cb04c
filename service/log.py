"""日志: structured lines on standard error; never a token, an address or a sealed value.

Whoever logs names what he logs; what may not be in a log is masked here once more, since an error's text is not ours.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from service.settings import Settings

MASK = "***"
_SECRET_KEYS = re.compile(r"token|secret|password|authori[sz]ation|cookie|address|api_?key|values|phone", re.IGNORECASE)
_SECRETS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\blw_[\w-]{20,}", MASK),  # our own tokens
        (r"\bwhsec_[\w+/=-]+", MASK),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+", rf"\1 {MASK}"),
        (r"(?<=/l/)[\w.~-]+", MASK),  # one-time links
        (r"\b([a-z][\w+.-]*)://[^\s'\"<>]*", rf"\1://{MASK}"),  # passwords, keys of bots and hosts stand in addresses
        (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", MASK),
        (r"(?<!\d)1[3-9]\d{9}(?!\d)", MASK),  # mobile numbers
        (r"(?<!\d)\d{17}[\dXx](?!\d)", MASK),  # identity numbers
    )
)


def configure(settings: Settings) -> None:
    """Set up logging once per process, before anything is logged."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds the last one at work is no news
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    renderer = _renderer(settings)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level.upper())),
        # Asked at every line: what standard error is may change under a test, a daemon, a redirection.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_over(shared, renderer)


def mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A processor: values under telling names, and what looks like a secret or an address anywhere, become `***`. The
    address that the service itself listens on may be read."""
    listening = event.get("event") == "listening"
    return {key: value if listening else _masked(str(key), value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _SECRET_KEYS.search(key) and value not in (None, ""):
        return MASK
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _renderer(settings: Settings) -> Processor:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _take_over(shared: list[Processor], renderer: Processor) -> None:
    """What libraries log through the standard module takes the same form and the same mask."""
    handler = _StandardError()
    chain: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=chain))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _StandardError)] + [handler]
