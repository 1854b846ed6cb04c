"""The PDF: made offline with Chinese in it; without what it takes, the command says what to install."""

import sys
import zlib
from datetime import UTC, datetime

import pytest

from service.errors import Failure
from service.evidence.dossier import Dossier, Entry, Section
from service.evidence.pdf import as_pdf

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
STOLEN = Entry(AT, '<img src="file:///etc/passwd"> 发布预警', "L1", seal="0" * 64)
DOSSIER = Dossier(
    number=1,
    level="orange",
    title="预警证据 第 1 号",
    subtitle="秦岭齿轮厂",
    language="zh",
    facts=(("单位", "秦岭齿轮厂"),),
    whole=True,
    verdict="记录完整",
    made_at=AT,
    sealed_shown=False,
    note="制作",
    sections=(Section("record", "预警记录", "只增不改", (STOLEN,), "无"),),
)


def test_a_pdf_is_made_with_its_fonts_in_it() -> None:
    made = as_pdf(DOSSIER)
    assert made.startswith(b"%PDF-")
    assert b"CJK" in _unpacked(made)  # the name of the embedded font: without one the Chinese would be boxes
    assert b"/EmbeddedFile" not in made


def _unpacked(pdf: bytes) -> bytes:
    """Everything that is packed in it."""
    return b"".join(_inflated(part.split(b"\nendstream")[0]) for part in pdf.split(b"stream\n")[1:])


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""


def test_without_weasyprint_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(Failure, match=r"pip install 'labour-watch\[pdf\]'; apt-get install .*fonts-noto-cjk") as told:
        as_pdf(DOSSIER)
    assert told.value.code == 3
