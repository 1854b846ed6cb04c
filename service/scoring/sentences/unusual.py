"""看历史的类别: unusual, which holds this week against the node's own past."""

from collections.abc import Callable

from service.scoring.amounts import counted, spaced
from service.scoring.cells import Cells, Text
from service.scoring.detectors.methods import METHODS
from service.scoring.detectors.outlook import ENOUGH, PERIOD
from service.scoring.detectors.quiet import misfires
from service.scoring.pack import Rule
from service.scoring.sentences.figures import absent, stated
from service.scoring.unusual import Lack, Sight, detector_of, needed, sight


def _unusual(rule: Rule, cells: Cells, value: float) -> Text:
    seen = _seen(rule, cells)
    unit = cells.panel.dictionary.indicators[rule.of].unit
    (now, now_en), (name, name_en) = stated(cells, rule.of), _method(rule)
    expected, expected_en = counted(seen.expected, unit)
    upper, upper_en = counted(seen.upper, unit, seen.observed)
    rate, rate_en = _misfires(rule, seen)
    return (
        f"{now}，按其过去应在 {spaced(expected)}左右，界限 {upper}（{name}，{len(seen.known)} 周历史；{rate}）",
        f"{now_en}; its past makes one expect about {expected_en}, the bound is {upper_en} "
        f"({name_en}, {len(seen.known)} weeks of history; {rate_en})",
    )


def _misfires(rule: Rule, seen: Sight) -> Text:
    """How often the method alarms without a cause on data of the class, as measured."""
    share = misfires(detector_of(rule), seen.known)
    if share is None:
        return "此类数据的误报率未实测", "how often it errs on such data was not measured"
    weeks = next(weeks for weeks in (100, 1000, 10_000) if share * weeks >= 1 or weeks == 10_000)
    times = f"{share * weeks:.0f}"
    return (
        f"同类平稳数据中约 {weeks} 周误报 {times} 次（实测）",
        f"on quiet data of its class it errs in about {times} of {weeks} weeks, as measured",
    )


def _lacks_history(rule: Rule, cells: Cells) -> Text | None:
    seen = _seen(rule, cells)
    if seen.lack is Lack.NOTHING:
        return None
    if seen.lack is Lack.FIGURE:
        return absent(cells, [rule.of])
    (name, name_en), (method, method_en) = cells.name(rule.of), _method(rule)
    why, why_en = _WHY[seen.lack](rule, seen)
    return f"{name}：{why}，{spaced(method)}无法判断", f"{name_en}: {why_en}, so {method_en} cannot judge"


def _short(rule: Rule, seen: Sight) -> Text:
    detector = detector_of(rule)
    weeks, least = len(METHODS[detector.method].history(detector)), needed(detector)
    return (
        f"要比较的 {weeks} 周中只有 {len(seen.known)} 周有数，至少要 {least} 周",
        f"{len(seen.known)} of the {weeks} weeks to compare with are known and {least} are needed",
    )


_WHY: dict[Lack, Callable[[Rule, Sight], Text]] = {
    Lack.HISTORY: _short,
    Lack.NEGATIVE: lambda rule, seen: ("有负数", "there are figures below 0"),
    Lack.ZERO: lambda rule, seen: ("以前各周全是 0，没有可比的波动", "the weeks before were all 0"),
    Lack.VARIANCE: lambda rule, seen: ("以前各周完全相同，没有可比的波动", "the weeks before did not vary"),
    Lack.REPORTS: lambda rule, seen: (
        f"近 {PERIOD} 周合计不到 {ENOUGH}，数太小",
        f"fewer than {ENOUGH} in the last {PERIOD} weeks",
    ),
    Lack.BOUND: lambda rule, seen: ("以前各周算不出界限", "the weeks before give no bound"),
}


def _seen(rule: Rule, cells: Cells) -> Sight:
    return sight(rule, cells.panel, cells.node, cells.week)


def _method(rule: Rule) -> Text:
    return METHODS[detector_of(rule).method].name


FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {"unusual": _unusual}
LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {"unusual": _lacks_history}
