"""Every page of every role, wide and on a phone: nobody is kept out, nothing is fetched from elsewhere, nothing fails.

At the end a table is printed: what axe found, violations of the content policy, errors on the console, requests to
other hosts, and by how many pixels a page is wider than the window.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from service.web.access.roles import Role
from tests.web.browser.stage import DESK, PHONE, Stage, barriers, too_wide
from tests.web.house import W46, W47, House

OFFICER = (
    "/board?week=2026-W47",
    "/board?week=2026-W46&known=then&theme=wages",
    "/board/heat?week=2026-W47",
    "/board/ranking?week=2026-W47",
    "/alerts?tab=area",
    "/alerts?tab=overdue",
    "/alerts/{alert}",
    "/alerts/{alert}?form=act&kind=visit",
    "/alerts/{alert}/evidence",
    "/units",
    "/units/gear/visit",
    "/report/2026-W47?node=gear",
    "/completeness",
    "/weeks/2026-W47",
    "/password",
    "/help",
)
CLERK = ("/report/2026-W47", "/report?all=1", "/report/history", "/events/new", "/help")


@dataclass(frozen=True)
class Tour:
    """Somebody and the pages that are gone through; `status` is what they are answered with."""

    login: str
    role: Role | None
    stands: str | None
    pages: tuple[str, ...]
    status: int = 200


TOURS = (
    Tour("li.na", Role.OFFICER, None, OFFICER),
    Tour("clerk.gear", Role.REPORTER, "gear", CLERK),
    Tour("clerk.qishan", Role.REPORTER, "qishan", ("/report",)),
    Tour("audit", Role.AUDITOR, "qishan", ("/sightings", "/alerts/{alert}")),
    Tour("ops", Role.OPERATOR, "baoji", ("/status",)),
    Tour("", None, None, ("/login",)),
    Tour("zhou.fang", Role.OFFICER, None, ("/alerts/{alert}", "/nowhere"), 404),
    Tour("wang.qiang", Role.OFFICER, None, ("/board?week=2025-W53x",), 422),
)


@dataclass
class Found:
    """The rows of the table: page, width, and the counts of what was found."""

    rows: list[tuple[str, str, int, tuple[int, ...]]] = field(default_factory=list)

    def add(self, who: str, page: str, width: int, axe: int, wide: int, troubles: list[str]) -> None:
        """One page."""
        kinds = [sum(one.startswith(kind) for one in troubles) for kind in ("console: csp", "console", "foreign")]
        self.rows.append((who or "–", page, width, (axe, kinds[0], kinds[1] - kinds[0], kinds[2], wide)))

    def table(self) -> str:
        """As it is printed."""
        lines = [f"{'':14}{'page':42}{'px':>6}{'axe':>5}{'CSP':>5}{'console':>9}{'foreign':>9}{'wider':>7}"]
        for who, page, width, (axe, csp, console, foreign, wide) in self.rows:
            lines.append(f"{who:14}{page:42}{width:6}{axe:5}{csp:5}{console:9}{foreign:9}{wide:7}")
        sums = [sum(column) for column in zip(*(row[3] for row in self.rows), strict=True)] or [0] * 5
        pages = f"{len(self.rows)} pages"
        return "\n".join([*lines, f"{'':14}{pages:48}{sums[0]:5}{sums[1]:5}{sums[2]:9}{sums[3]:9}{sums[4]:7}"])


@pytest.fixture(scope="module", autouse=True)
def happenings(house: House) -> None:
    """The gear works owe wages, the mill is calm."""
    house.town.sweep()
    house.town.report("gear", W46, wage__arrears_days=20, wage__arrears_people=90)
    house.town.report("gear", W47, wage__arrears_days=66, wage__arrears_people=400)
    house.town.report("mill", W47)
    house.town.assess()


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> Iterator[Found]:
    """What all tours found; printed when the last is over."""
    found = Found()
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{found.table()}")


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: f"{tour.login or 'nobody'}-{tour.status}")
def test_nothing_keeps_anybody_out_or_fails(stage: Stage, found: Found, tour: Tour, width: int) -> None:
    page = stage.enter(tour.login, width, tour.role, tour.stands)
    alert = stage.house.town.alert("gear").id
    wrong = []
    for template in tour.pages:
        status = stage.open(page, template.format(alert=alert))
        kept_out, wide = barriers(page), too_wide(page)
        refused = f"status of {tour.status}" if tour.status != 200 else "\0"  # the browser tells of that itself
        troubles = [trouble for trouble in stage.troubles if refused not in trouble]
        stage.troubles.clear()
        found.add(tour.login, template, width, len(kept_out), wide, troubles)
        if (status, kept_out, wide, troubles) != (tour.status, [], 0, []):
            wrong.append((template, status, kept_out, wide, troubles))
    assert wrong == []
