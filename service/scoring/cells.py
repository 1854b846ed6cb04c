"""单元格: what was reported of one node, as the sentences about it need it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from service.scoring.panel import NA, Panel
from service.scoring.surroundings import NOTHING_AROUND, Surroundings

Text = tuple[str, str]  # Chinese, English


@dataclass(frozen=True)
class Cells:
    """What was reported of one node, seen from one week."""

    panel: Panel
    node: int
    week: int
    around: Surroundings = NOTHING_AROUND

    def value(self, indicator: str, lag: int = 0) -> float | str | None:
        """The figure `lag` weeks before: a number, `NA`, or None for missing."""
        if self.week < lag:
            return None
        at = self.node, self.week - lag
        absent = self.panel.not_applicable.get(indicator)
        value = float(self.panel.values[indicator][at])
        if not math.isnan(value):
            return value
        return NA if absent is not None and absent[at] else None

    def known(self, indicator: str, lags: Iterable[int]) -> int:
        """How many of these weeks have a figure."""
        return sum(isinstance(self.value(indicator, lag), float) for lag in lags)

    def name(self, indicator: str) -> Text:
        """What people call the indicator."""
        found = self.panel.dictionary.indicators[indicator]
        return found.name, found.name_en

    def newest(self, indicator: str, weeks: int) -> tuple[float, int] | None:
        """The newest figure of the last `weeks` weeks and how many weeks ago it was; `na` does not end the search."""
        found = ((self.value(indicator, lag), lag) for lag in range(weeks))
        return next(((value, lag) for value, lag in found if isinstance(value, float)), None)


@lru_cache(maxsize=65_536)
def shortest(value: float) -> str:
    """A number in its shortest exact form: 25, not 25.0."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
