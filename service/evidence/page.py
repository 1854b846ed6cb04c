"""网页: a dossier as one HTML file that needs nothing else, for the screen, for paper and for the PDF."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.evidence.dossier import Dossier, local
from service.notify.message import plain

_FOLDER = Path(__file__).parent / "templates"
LONGEST = 20_000  # characters of one field


def as_html(dossier: Dossier) -> str:
    """The whole document; every stored text is escaped and free of control characters."""
    return _environment().get_template("evidence.html").render(dossier=dossier, style=style())


@cache
def style() -> str:
    """The style sheet that stands in the document."""
    return (_FOLDER / "evidence.css").read_text(encoding="utf-8")


@cache
def content_security() -> str:
    """The policy under which a browser shows it: this style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"plain": lambda text: plain(text, LONGEST), "local": local}
    return made
