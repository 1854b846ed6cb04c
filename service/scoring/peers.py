"""同行: the value of a node against the median of the others of its group, whatever their order or number."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from service.scoring.frame import Block
from service.scoring.kinds import out_of_play, sum_
from service.scoring.members import Members
from service.scoring.pack import Group, Rule
from service.scoring.panel import Bools, Floats, Indices, Panel, PanelNode
from service.scoring.surroundings import Pool, Surroundings

_NOBODY: Floats = np.empty(0)


@dataclass(frozen=True)
class Sight:
    """What a peers rule sees of one node in one week; NaN for what is not known."""

    own: float
    median: float
    others: int


def group_of(rule: Rule, node: PanelNode) -> str | None:
    """The group that a node belongs to; None when that is not known."""
    found: str | None = getattr(node, by(rule).by)  # its field is called as what makes the group
    return found


def own_values(rule: Rule, panel: Panel, start: int, stop: int) -> Floats:
    """What each node brings into its group in the week columns `start:stop`: NaN where it is not known or not
    applicable, and of nodes that the rule is not for or that are not open."""
    values = np.full((stop - start, len(panel.nodes)), np.nan).T
    if not values.size:
        return values
    members = Members(panel)
    asked = members.where(rule.where)
    belongs = members.of_kinds(rule.applies_to) & (asked[0] if asked else True)
    value = _in_play(rule, Block(panel, 0, len(panel.nodes), start, stop))
    counts = panel.alive[:, start:stop] & belongs[:, None]
    values[counts] = value[counts]
    return values


def _in_play(rule: Rule, block: Block) -> Floats:
    """The value of every node of a block, NaN where it is not known or not applicable."""
    with np.errstate(all="ignore"):  # as in `judge`
        frame = block.frame(0)
        value, out = sum_(rule, frame), out_of_play(replace(rule, only_if=None), frame)
    return value if out is None else np.where(out, np.nan, value)


@dataclass(frozen=True)
class Figures:
    """What the nodes of a panel bring into their groups in some weeks; `codes` is each one's group, -1 for none."""

    values: Floats  # (nodes, weeks)
    weeks: tuple[str, ...]
    groups: tuple[str, ...]
    codes: Indices

    @classmethod
    def of(cls, rule: Rule, panel: Panel, start: int, stop: int) -> "Figures":
        """Of the week columns `start:stop`."""
        names = list(map(attrgetter(by(rule).by), panel.nodes))
        groups = tuple(name for name in dict.fromkeys(names) if name)
        index = {None: -1, "": -1} | {name: i for i, name in enumerate(groups)}
        codes = np.fromiter(map(index.__getitem__, names), np.intp, len(names))
        return cls(own_values(rule, panel, start, stop), panel.weeks[start:stop], groups, codes)


def pool(figures: Figures) -> Pool:
    """The known values of every group in every week."""
    values, names, codes = figures.values, figures.groups, figures.codes
    found: dict[tuple[str, str], Floats] = {}
    for j, week in enumerate(figures.weeks):
        known = np.flatnonzero(~np.isnan(values[:, j]) & (codes >= 0))
        order = known[np.lexsort((values[known, j], codes[known]))]
        begins = np.searchsorted(codes[order], np.arange(len(names) + 1))
        for name, begin, end in zip(names, begins, begins[1:], strict=False):
            if begin < end:
                found[name, week] = values[order[begin:end], j]
    return found


def pooled(pools: Iterable[Pool]) -> Pool:
    """One pool of several, whose nodes are different ones."""
    found: dict[tuple[str, str], list[Floats]] = {}
    for one in pools:
        for key, values in one.items():
            found.setdefault(key, []).append(values)
    return {key: np.sort(np.concatenate(parts)) for key, parts in found.items()}


def against_peers(rule: Rule, figures: Figures, closed: Bools, pool: Pool) -> Floats:
    """The judged value of every node and week of `figures`: NaN where it is not known."""
    own = figures.values
    value = np.full(own.T.shape, np.nan).T
    of_group = _split(figures.codes)
    with np.errstate(all="ignore"):
        for j in np.flatnonzero(closed).tolist():
            for name, rows in zip(figures.groups, of_group, strict=True):  # nobody outside the group is looked at
                median, others = _of_others(own[rows, j], pool.get((name, figures.weeks[j]), _NOBODY))
                usable = (others >= by(rule).least) & (median > 0) & np.isfinite(median)
                value[rows, j] = np.where(usable, own[rows, j] / median, np.nan)
    return value


def sight(rule: Rule, panel: Panel, node: int, week: int, around: Surroundings) -> Sight:
    """What the rule sees of a node in a week: the bits that `against_peers` judges."""
    own = _in_play(rule, Block(panel, node, node + 1, week, week + 1))[:, 0]
    key = group_of(rule, panel.nodes[node]) or "", panel.weeks[week]
    median, others = _of_others(own, around.pools.get(rule.id, {}).get(key, _NOBODY))
    return Sight(float(own[0]), float(median[0]), int(others[0]))


def _of_others(own: Floats, everyone: Floats) -> tuple[Floats, Indices]:
    """For each of some nodes of a group, the median of the others' values and how many these are; `everyone` holds
    the known ones of `own` too, and leaves out one of that value: which one makes no difference."""
    known = ~np.isnan(own)
    others: Indices = len(everyone) - known.astype(np.intp)
    if len(everyone) < 2:
        return np.full(own.shape, np.nan) if not len(everyone) else np.where(known, np.nan, everyone[:1]), others
    place = np.where(known, np.searchsorted(everyone, own), len(everyone))
    low, high = (everyone[np.minimum(at + (at >= place), len(everyone) - 1)] for at in ((others - 1) // 2, others // 2))
    with np.errstate(over="ignore"):  # two figures too large to be added have no usable median
        return np.where(others % 2 == 1, low, (low + high) / 2), others


def _split(codes: Indices) -> list[Indices]:
    """The nodes of each group."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(codes.max(initial=-1) + 1)))[1:]


def by(rule: Rule) -> Group:
    """The group of a rule; the form sees to it that kind peers has one."""
    assert rule.group is not None, rule.id
    return rule.group
