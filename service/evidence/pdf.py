"""打印: the page set on paper as PDF by WeasyPrint, the extra `pdf`; it fetches nothing."""

import logging
from typing import Any, NoReturn

from service.errors import Failure
from service.evidence.dossier import Dossier
from service.evidence.page import as_html

_SYSTEM = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
_CURE = f"pip install 'labour-watch[pdf]'; apt-get install {_SYSTEM}"


def as_pdf(dossier: Dossier) -> bytes:
    """The document as PDF. Raises Failure that says what to install where WeasyPrint or Pango is missing."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:  # OSError: the package is there, the system's Pango is not
        raise Failure(
            f"生成 PDF 需要 WeasyPrint、Pango 和中文字体，请安装：{_CURE}；或用 --format html 打印",
            f"PDF takes WeasyPrint, Pango and a Chinese font; install them ({_CURE}) or print --format html",
        ) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it does not know the rules for small screens, and says so
    made: bytes = HTML(string=as_html(dossier), url_fetcher=_refuse).write_pdf()
    return made


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    """Whatever a stored text may have smuggled in, nothing is fetched for it."""
    raise ValueError(f"evidence fetches nothing: {url}")
