"""已知: what deciding about a submission takes – the rules in force, whose token it is, and what was reported before.

Pure: `lookup` fills it from the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.reporting.calendar import Calendar
from service.reporting.deadline import ReportingPolicy, deadlines
from service.reporting.doubts import LOOK_BACK
from service.reporting.quality import Form, form_of
from service.reporting.submission import Answer
from service.scoring.pack import Dictionary
from service.scoring.week import step


@dataclass(frozen=True)
class IntakeRules:
    """What decides about a submission; give the same object as long as the version in force is the same."""

    dictionary: Dictionary
    calendar: Calendar
    policy: ReportingPolicy
    _forms: dict[tuple[str, str], Form] = field(default_factory=dict, init=False, repr=False, compare=False)
    _closes: dict[str, datetime] = field(default_factory=dict, init=False, repr=False, compare=False)

    def form(self, kind: str, week: str) -> Form:
        """What nodes of `kind` report for `week`."""
        if (kind, week) not in self._forms:
            self._forms[kind, week] = form_of(self.dictionary, kind, week)
        return self._forms[kind, week]

    def closes_at(self, week: str) -> datetime:
        """When `week` closes for a node of whom nothing was expected."""
        if week not in self._closes:
            self._closes[week] = deadlines(week, self.policy, self.calendar).closes_at
        return self._closes[week]


@dataclass(frozen=True)
class Place:
    """A node as far as intake has to know it."""

    id: str
    path: str
    kind: str
    headcount: int | None = None
    opened: date | None = None
    closed: date | None = None


@dataclass(frozen=True)
class Bearer:
    """Whose token it is: a node's, or (`place` None) an officer's; it reaches the nodes below `prefixes`."""

    token_id: int
    place: Place | None
    prefixes: tuple[str, ...]

    def reaches(self, place: Place) -> bool:
        """Whether it may report for `place`; an enterprise reports for itself only."""
        if self.enterprise:
            return self.place == place
        return place.path.startswith(self.prefixes)

    @property
    def enterprise(self) -> bool:
        return self.place is not None and self.place.kind == "enterprise"


@dataclass(frozen=True)
class Earlier:
    """What an idempotency key stands for already."""

    body_digest: str
    answer: Answer


@dataclass
class Known:
    """What the database holds that matters to some submissions, and what has been admitted since it was read."""

    bearers: dict[str, Bearer] = field(default_factory=dict)  # by digest of the token
    places: dict[str, Place] = field(default_factory=dict)
    earlier: dict[tuple[int, str], Earlier] = field(default_factory=dict)  # by token and key
    newest: dict[tuple[str, str], dict[str, tuple[int, Mapping[str, Any]]]] = field(default_factory=dict)
    closes: dict[tuple[str, str], datetime] = field(default_factory=dict)  # frozen expectations, by node and week

    def revision(self, node: str, week: str, source: str) -> int:
        """The newest revision, 0 when nothing has been reported."""
        return self.newest.get((node, source), {}).get(week, (0, {}))[0]

    def past(self, node: str, week: str, source: str) -> list[Mapping[str, Any]]:
        """What the source reported in the weeks before, newest first."""
        weeks = self.newest.get((node, source))
        if not weeks:
            return []
        first = step(week, -LOOK_BACK)
        return [weeks[w][1] for w in sorted(weeks, reverse=True) if first <= w < week]

    def remember(self, node: str, week: str, source: str, revision: int, values: Mapping[str, Any]) -> None:
        """Take note of a revision, whether read or just admitted; the higher one counts."""
        weeks = self.newest.setdefault((node, source), {})
        if weeks.get(week, (0, {}))[0] < revision:
            weeks[week] = (revision, values)
