"""条: a share as a bar beside its figure, for the eye only; pure."""

from markupsafe import Markup

from service.web.charts.svg import tag


def bar(percent: float) -> Markup:
    """The share of a hundred."""
    filled = tag("rect", class_="bar-fill", width=min(max(percent, 0.0), 100.0), height=8, rx=2)
    ground = tag("rect", class_="bar-ground", width=100, height=8, rx=2)
    return tag("svg", ground, filled, class_="bar", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")
