"""改善的说法: says in both languages what would lower a level, or why nothing that can be changed does."""

from service.scoring.amounts import figure, plain
from service.scoring.cells import Text
from service.scoring.pack import Dictionary, Pack, Rule, State
from service.scoring.remedy import Change, Lack, Remedy
from service.scoring.score import Finding
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed

_LACKS = {
    Lack.NORMAL: ("等级已是正常", "the level is normal already"),
    Lack.UNREPORTED: ("本周没有周报，先请补报", "there is no report of the week; the first thing to do is to report"),
}
_HELD = {  # what a rule of the kind judges that no figure of the week changes
    "event": ("即时事件已经发生", "the incident has happened"),
    "missing": ("看的是未报的周数", "it counts weeks without a report"),
    "unchanged": ("看的是数字是否多周相同，应先核实", "it asks whether figures stay the same; verify them first"),
    "children": ("看的是辖区内的等级和未报", "it looks at levels and silence below"),
}
_PAST = ("本周的数已不够，要看以前各周", "it looks at earlier weeks too, which this week's figure cannot outweigh")
_NOT_ACTIONABLE = ("所看的指标不由企业改变", "it judges what an enterprise cannot change")
_TOO_FAR = ("本周的数在可报的范围内降不下来", "no figure that can be reported this week lowers it")


def advised(found: Remedy, pack: Pack, dictionary: Dictionary, show_sealed: bool = False) -> Text:
    """One sentence in each language."""
    if found.lack is None:
        return _proposal(found, dictionary)
    if found.lack is not Lack.HELD:
        chinese, english = _LACKS[found.lack]
        return f"{chinese}。", f"{english[0].upper()}{english[1:]}."
    rules = {rule.id: rule for rule in pack.rules}
    said = list(dict.fromkeys(_held(rules[id_], dictionary, show_sealed) for id_ in found.held))
    chinese, english = "；".join(text for text, _ in said), "; ".join(text for _, text in said)
    return (
        f"本周能改变的指标降不了等级，等级由这些规则定住：{chinese}。",
        f"Nothing that can be changed this week lowers the level, which is held by: {english}.",
    )


def said_change(change: Change, dictionary: Dictionary) -> Text:
    """`拖欠工资天数从 35 天降到 7 天`, `Days past the agreed payday from 35 days down to 7 days`."""
    indicator = dictionary.indicators[change.indicator]
    (before, before_en), (after, after_en) = (figure(indicator, value) for value in (change.before, change.after))
    if indicator.type in ("yes_no", "choice", "date"):
        return (
            f"{indicator.name}由“{before}”改为“{after}”",
            f"{indicator.name_en} from “{before_en}” to “{after_en}”",
        )
    way, way_en = ("降到", "down") if change.after < change.before else ("升到", "up")
    return (
        f"{indicator.name}从 {before}{way} {after}",
        f"{indicator.name_en} from {before_en} {way_en} to {after_en}",
    )


def _proposal(found: Remedy, dictionary: Dictionary) -> Text:
    changes = [said_change(change, dictionary) for change in found.changes]
    chinese, english = "，并将".join(text for text, _ in changes), ", and ".join(text for _, text in changes)
    return (
        f"将{chinese}，等级可降为{found.level.chinese}（{found.score:g} 分）。",
        f"The level would fall to {found.level.word} ({found.score:g} points) by bringing {english}.",
    )


def _held(rule: Rule, dictionary: Dictionary, show_sealed: bool) -> Text:
    if sealed(rule, dictionary) and not show_sealed:
        return SEALED_NAME, SEALED_NAME_EN
    why, why_en = _why(rule, dictionary)
    return f"{rule.id} {rule.name}（{why}）", f"{rule.id} {rule.name_en} ({why_en})"


def _why(rule: Rule, dictionary: Dictionary) -> Text:
    if rule.kind in _HELD:
        return _HELD[rule.kind]
    if not any(dictionary.indicators[id_].actionable for id_ in rule.indicators if id_ in dictionary.indicators):
        return _NOT_ACTIONABLE
    return _PAST if rule.weeks > 1 and rule.kind in ("sum", "peers") else _TOO_FAR


_STATES = {
    State.FIRED: ("触发", "fires"),
    State.SILENT: ("未触发", "is silent"),
    State.UNKNOWN: ("无法判断", "cannot be judged"),
    State.OUT: ("不适用", "does not apply"),
}


def said_difference(old: Finding, new: Finding, rule: Rule | None) -> Text:
    """One finding before and after; `rule` is None where it is sealed."""
    named, named_en = (f"{rule.id} {rule.name}", f"{rule.id} {rule.name_en}") if rule else (SEALED_NAME, SEALED_NAME_EN)
    (before, before_en), (after, after_en) = _answer(old), _answer(new)
    return f"{named}：由{before}变为{after}。", f"{named_en}: {after_en} where it {before_en} now."


def _answer(found: Finding) -> Text:
    chinese, english = _STATES[found.state]
    if found.state is not State.FIRED:
        return chinese, english
    floor = f"、不低于{found.floor.chinese}" if found.floor else ""
    floor_en = f", {found.floor.word} at least" if found.floor else ""
    return f"{chinese}（{plain(found.would)} 分{floor}）", f"{english} ({plain(found.would)} points{floor_en})"
