"""情节: what befalls an enterprise in the simulation – each story writes over the quiet figures of one history.

Pure apart from the random generator that is handed in. `peak` is the week index a story comes to a head in; it may lie
behind the last week, then the window closes while the story still builds up.
"""

from collections.abc import Callable

import numpy as np

from service.simulation.history import Bools, Floats, History, Incident, season

Story = Callable[[History, int, np.random.Generator], None]

WAGE = 5200  # yuan a month
_ENDS = ("stoppage", "gathering", "petition", "stoppage", "owner_missing")


def arrears(history: History, peak: int, rng: np.random.Generator) -> None:
    """Wages fall behind week by week until work stops, people gather or petition, or the owner is gone."""
    length = int(rng.integers(5, 15)) if peak < len(history.weeks) else int(rng.integers(11, 15))
    _fall_behind(history, peak - length + 1, peak, rng)
    if peak < len(history.weeks):
        _strike(history, peak, _ENDS[int(rng.integers(len(_ENDS)))], rng)
        _settle(history, peak, rng)


def settled(history: History, peak: int, rng: np.random.Generator) -> None:
    """Wages fall behind for a few weeks and are paid before anything happens."""
    _fall_behind(history, peak - int(rng.integers(2, 6)) + 1, peak, rng)


def hidden(history: History, peak: int, rng: np.random.Generator) -> None:
    """As `arrears`, but the enterprise reports zeros; the township organiser's visits show the true figures."""
    before = {indicator: figures.copy() for indicator, figures in history.values.items()}
    start = peak - int(rng.integers(8, 13)) + 1
    _fall_behind(history, start, peak, rng)
    true, history.values = history.values, before
    for week in range(max(0, start + 2), min(peak + 1, len(history.weeks)), 3):
        history.observed[week] = {
            name: float(true[name][week])
            for name in ("wage.arrears_days", "wage.arrears_people")
            if name in true and np.isfinite(true[name][week])
        }
    if peak < len(history.weeks):
        _strike(history, peak, "stoppage", rng)


def late_payer(history: History, peak: int, rng: np.random.Generator) -> None:
    """Pays a few days late now and then, mostly before the new year."""
    weight = season(history.weeks)
    count = min(len(weight), 1 + len(weight) // 20)
    late = np.zeros(len(weight), bool)
    late[rng.choice(len(weight), count, replace=False, p=weight / weight.sum())] = True
    days = rng.integers(1, 7, len(weight)).astype(float)
    _owe(history, days, np.ceil(history.staff * rng.uniform(0.05, 0.3, len(weight))), late)


def layoffs(history: History, peak: int, rng: np.random.Generator) -> None:
    """Cuts jobs in slices, each below what the law asks to be notified."""
    length = int(rng.integers(4, 8))
    during = _between(history, peak - length + 1, peak)
    cuts = np.ceil(history.staff * rng.uniform(0.015, 0.035, len(history.weeks)))
    history.put("jobs.cut_people", cuts, during)
    history.put("jobs.cut_unnotified_people", cuts, during)
    lost = np.round(rng.uniform(5, 12, len(history.weeks)), 1)
    history.put("jobs.net_loss_percent", lost, during & history.asked("jobs.net_loss_percent"))
    left = history.staff - np.cumsum(np.where(during, cuts, 0))
    history.put("staff.headcount", np.maximum(1, left), left < history.staff)
    history.put("voice.complaints", rng.poisson(0.8, len(history.weeks)).astype(float), during)
    if peak < len(history.weeks) and rng.random() < 0.4:
        _strike(history, peak, "gathering", rng)


def overtime(history: History, peak: int, rng: np.random.Generator) -> None:
    """Works long hours all the time."""
    hours: Floats = rng.uniform(40, 66, len(history.weeks)).round(1)
    history.put("hours.overtime_month", hours, history.asked("hours.overtime_month"))
    longest: Floats = rng.uniform(2.5, 4.5, len(history.weeks)).round(1)
    history.put("hours.overtime_day", longest, history.asked("hours.overtime_day"))
    history.put("hours.overtime_day_people", np.ceil(history.staff * 0.1 * (longest > 3)), longest > 3)


def silent(history: History, peak: int, rng: np.random.Generator) -> None:
    """Stops reporting for some weeks up to `peak`."""
    history.silent |= _between(history, peak - int(rng.integers(2, 5)) + 1, peak)


def copying(history: History, peak: int, rng: np.random.Generator) -> None:
    """Sends the same figures week after week, beginning some weeks before `peak`."""
    first = max(0, min(peak - int(rng.integers(6, 12)), len(history.weeks) - 1))
    during = _between(history, first, peak)
    for name, figures in history.values.items():
        known = figures[first] if np.isfinite(figures[first]) else np.nan
        history.put(name, np.full(len(figures), known), during)
    history.put("voice.complaints", np.full(len(history.weeks), 1.0), during)
    history.silent &= ~during


def halted(history: History, peak: int, rng: np.random.Generator) -> None:
    """Stands still for some weeks for want of orders, and pays late meanwhile."""
    start = peak - int(rng.integers(2, 5)) + 1
    during = _between(history, start, peak)
    days = 7 * (np.arange(len(history.weeks), dtype=float) - start + 1)
    history.put("operations.halt_days", days, during)
    history.put("wage.halt_pay_periods", np.round(days / 30, 1), during)
    _owe(history, np.clip(days - 10, 0, 7), np.full(len(days), np.ceil(history.staff * 0.01)), during & (days > 10))


def sudden(history: History, peak: int, rng: np.random.Generator) -> None:
    """Something happens of which no figure warned."""
    if peak < len(history.weeks):
        _strike(history, peak, "stoppage" if rng.random() < 0.7 else "casualty", rng)


def _between(history: History, first: int, last: int) -> Bools:
    week = np.arange(len(history.weeks))
    return (week >= first) & (week <= last)


def _fall_behind(history: History, start: int, peak: int, rng: np.random.Generator) -> None:
    age = np.arange(len(history.weeks), dtype=float) - start
    during = _between(history, start, peak)
    share = np.clip(rng.uniform(0.05, 0.12) + 0.05 * age, 0.02, 0.85)
    _owe(history, 7 * age + float(rng.integers(1, 7)), np.ceil(history.staff * share), during)
    asked = during & history.asked("insurance.arrears_months")
    history.put("insurance.arrears_months", np.floor(np.maximum(age, 0) / 4.4), asked)
    history.put("wage.repay_overdue_days", 7 * (age - 6), during & (age > 6))
    history.put("sites.account_unfunded_paydays", np.ceil(age / 4.4), during & (age > 2))
    history.put("voice.complaints", rng.poisson(0.18 * np.clip(age, 0, 12)).astype(float), during)
    history.put("operations.halt_days", 7 * (age - 7), during & (age > 7) & (rng.random() < 0.5))


def _owe(history: History, days: Floats, people: Floats, during: Bools) -> None:
    days, people = np.where(during, days, 0.0), np.where(during, people, 0.0)
    history.put("wage.arrears_days", days, during)
    history.put("wage.arrears_people", people, during)
    history.put("wage.arrears_amount", np.round(people * WAGE * np.maximum(days, 15) / 30, -2), during)


def _strike(history: History, peak: int, kind: str, rng: np.random.Generator) -> None:
    people = int(np.ceil(history.staff * rng.uniform(0.02, 0.2))) if rng.random() < 0.9 else None
    history.incidents.append(Incident(peak, kind, people))
    if kind == "petition":
        figures = np.full(len(history.weeks), float(people or 5))
        history.put("voice.petition_people", figures, _between(history, peak, peak))


def _settle(history: History, peak: int, rng: np.random.Generator) -> None:
    age = np.arange(len(history.weeks), dtype=float) - peak
    last_few = np.full(len(age), np.ceil(history.staff * 0.02))
    _owe(history, np.maximum(1, 7 * age), last_few, _between(history, peak + 1, peak + int(rng.integers(1, 3))))
