"""依据的图: a finding's curve as a drawing and as a table. Pure."""

from dataclasses import dataclass

from markupsafe import Markup

from service.web.cases.curves import Curve
from service.web.cases.findings import Shown
from service.web.charts.banded import Banded, banded
from service.web.pages.i18n import Words
from service.web.pages.times import week_name

FEWEST_DOTS = 2  # one figure alone is told by its sentence


@dataclass(frozen=True)
class Drawn:
    """The drawing and the same in rows: week, figure, what was usual; `legend` says what the band is."""

    picture: Markup
    rows: tuple[tuple[str, str, str], ...]
    legend: str
    threshold: str


def drawn(one: Shown, said: Words) -> Drawn | None:
    """The curve of a finding in the reader's language; None where there is none."""
    curve = one.curve
    if curve is None or sum(value is not None for value in curve.values) < FEWEST_DOTS:
        return None

    def read(figure: float) -> str:
        return said.either(*curve.read(figure))

    name = said.either(*one.name)
    limit = read(curve.threshold) if curve.threshold is not None else ""
    chart = Banded(
        id=f"c-{one.key}",
        title=name,
        text=_text(curve, said, read),
        weeks=curve.weeks,
        values=curve.values,
        bands=curve.bands,
        threshold=curve.threshold,
        read=lambda figure: read(figure) if not figure.is_integer() else _short(figure, read(figure), said),
    )
    rows = tuple(
        (week, read(value) if value is not None else "—", f"{read(band[0])} – {read(band[1])}" if band else "—")
        for week, value, band in zip(curve.weeks, curve.values, curve.bands, strict=True)
    )
    return Drawn(banded(chart), rows[::-1], _legend(curve, said), limit)


def _short(figure: float, text: str, said: Words) -> str:
    """A figure of the axis: at most a few characters."""
    if abs(figure) >= 10_000:  # 万
        return said.either(f"{figure / 10_000:g} 万", f"{figure / 1000:g}k")
    return text if len(text) <= 6 else f"{figure:g}"  # what fits beside the axis


def _legend(curve: Curve, said: Words) -> str:
    if not any(curve.bands):
        return said("往期数据不足，未画常见范围")
    return said("阴影：按往期推算的预期与上限") if curve.expects else said("阴影：本单位预警前的常见范围")


def _text(curve: Curve, said: Words, read: object) -> str:
    known = [(week, value) for week, value in zip(curve.weeks, curve.values, strict=True) if value is not None]
    (week, value), (low, high) = known[-1], (min(v for _, v in known), max(v for _, v in known))
    return said(
        "近 %(n)s 周中有 %(known)s 周有数，最小 %(low)s，最大 %(high)s，最近一周（%(week)s）为 %(value)s。",
        n=len(curve.weeks),
        known=len(known),
        low=said.either(*curve.read(low)),
        high=said.either(*curve.read(high)),
        week=week_name(week, said),
        value=said.either(*curve.read(value)),
    )
