"""A pack that every contender of the rules bench can express, and figures for it: 20 rules, 12 weeks, no events."""

from functools import cache

import numpy as np

from service.scoring.pack import Dictionary, Pack
from service.scoring.panel import Panel, PanelNode
from service.scoring.parse import parse_rules
from service.scoring.week import between

WEEKS = between("2026-W36", "2026-W47")
_INDICATORS = {  # mean of the figures
    "heads": 300.0,
    "days": 12.0,
    "people": 12.0,
    "amount": 40_000.0,
    "months": 0.7,
    "cuts": 3.0,
    "hours": 35.0,
    "complaints": 1.0,
    "halt": 2.0,
    "accidents": 0.2,
    "open_days": 9.0,
    "leavers": 6.0,
}
_RULES = """\
  - {id: R01, kind: threshold, of: days, carry: 2, at_least: {1: 6, 8: 12, 31: 25, 61: 45}, level: {31: orange}}
  - {id: R02, kind: ratio, of: people, per: heads, at_least: {0.02: 3, 0.1: 8, 0.3: 20}}
  - {id: R03, kind: threshold, of: people, at_least: {10: 10}, level: {10: orange}, only_if: "days >= 8"}
  - {id: R04, kind: change, of: amount, against: mean, weeks: 4, min_weeks: 2, by: percent, up: {50: 4, 100: 8}}
  - {id: R05, kind: ratio, of: people, per: heads, at_least: {0.3: 10}, level: {0.3: red}, only_if: "days >= 31"}
  - {id: R06, kind: threshold, of: days, at_least: {61: 10}, level: {61: red}, only_if: "people >= 10"}
  - {id: R07, kind: threshold, of: months, carry: 5, at_least: {1: 6, 2: 12, 3: 20}}
  - {id: R08, kind: sum, of: cuts, weeks: 12, at_least: {20: 15}}
  - {id: R09, kind: sum, of: cuts, per: heads, weeks: 12, at_least: {0.05: 6, 0.1: 15}}
  - {id: R10, kind: sum, of: cuts, weeks: 5, at_least: {20: 5}, level: {20: orange}}
  - {id: R11, kind: sum, of: cuts, per: heads, weeks: 5, min_weeks: 3, at_least: {0.1: 5}, level: {0.1: orange}}
  - {id: R12, kind: threshold, of: hours, carry: 5, above: {36: 2, 60: 6, 80: 12}}
  - {id: R13, kind: threshold, of: hours, above: {36: 3}, for_weeks: 3}
  - {id: R14, kind: change, of: leavers, against: lag, weeks: 4, by: absolute, up: {5: 2, 15: 6}}
  - {id: R15, kind: k_of_n, k: 3, points: 10, when: [days >= 7, months >= 1, hours > 36, complaints >= 3, halt >= 7]}
  - {id: R16, kind: threshold, of: complaints, at_least: {3: 4, 10: 12}, level: {10: yellow}}
  - {id: R17, kind: sum, of: accidents, weeks: 8, at_least: {1: 3, 3: 9}}
  - {id: R18, kind: threshold, of: open_days, above: {20: 4, 40: 10}, for_weeks: 2}
  - {id: R19, kind: change, of: complaints, against: mean, weeks: 8, by: ratio, up: {2: 2, 4: 6}}
  - {id: R20, kind: ratio, of: leavers, per: heads, carry: 1, at_least: {0.03: 2, 0.08: 5}}
"""
_HEADER = "pack: contest\nversion: 1\nname: 比\nlevels: {blue: 10, yellow: 25, orange: 45, red: 70}\nrules:\n"


@cache
def contest() -> tuple[Pack, Dictionary]:
    """The pack and its dictionary."""
    indicators = "".join(f"  - {{id: {id_}, name: {id_}, type: number}}\n" for id_ in _INDICATORS)
    rules = _RULES.replace(", kind:", ", name: 规则, kind:")
    return parse_rules({"indicators.yaml": f"indicators:\n{indicators}", "packs/contest.yaml": _HEADER + rules})


def figures(nodes: int, seed: int) -> Panel:
    """Whole figures of many enterprises, a tenth of them missing, now and then none of a company's staff."""
    generator = np.random.default_rng(seed)
    shape = len(WEEKS), nodes  # week by week in memory, as the service has it
    values = {}
    for id_, mean in _INDICATORS.items():
        known = np.floor(generator.exponential(mean, shape))
        values[id_] = np.where(generator.random(shape) < 0.1, np.nan, known).T
    return Panel(
        nodes=tuple(PanelNode(str(n), "enterprise") for n in range(nodes)),
        weeks=tuple(WEEKS),
        values=values,
        not_applicable={},
        people={},
        reported=np.ones(shape, np.bool_).T,
        alive=np.ones(shape, np.bool_).T,
        closed=np.ones(len(WEEKS), np.bool_),
        dictionary=contest()[1],
    )
