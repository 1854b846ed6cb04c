"""自洽: what is wrong with a rule only when its fields are held against each other and against the dictionary."""

from collections.abc import Iterator

from service.clock import calendar_day
from service.scoring.fields import Form
from service.scoring.pack import Dictionary, Indicator, Rule
from service.scoring.positions import Sequence, Tree
from service.scoring.steps import MOST_CONDITIONS
from service.scoring.week import week_of

LONGEST_WINDOW = 520  # weeks; windows are bounded so that a panel is


def check_consistency(form: Form, rule: Rule, dictionary: Dictionary | None) -> None:
    """Note what does not fit together; fields that could not be read have been noted before and stand as absent."""
    _times(form, rule)
    _steps(form, rule)
    if rule.kind == "children" and "enterprise" in rule.applies_to and "applies_to" not in form.failed:
        form.note(
            form.at("applies_to"),
            "children 类规则只能用于有下级的节点，请写 applies_to: [county]（或 township、city）",
            "kind children judges nodes that have others below; write applies_to: [county] (or township, city)",
        )
    if len(rule.when) > MOST_CONDITIONS:
        form.note(form.at("when"), f"至多 {MOST_CONDITIONS} 个条件", f"at most {MOST_CONDITIONS} conditions")
    for id_, at in _uses(form, rule):
        if dictionary and id_ in dictionary.indicators:
            _use(form, rule, dictionary.indicators[id_], at)


def _times(form: Form, rule: Rule) -> None:
    if rule.carry and rule.for_weeks > 1:
        form.note(
            form.at("for_weeks"),
            "carry 与 for_weeks 不能同时使用：一份周报会被算两次，请删去一个",
            "carry and for_weeks do not go together: one report would count twice; remove one",
        )
    if rule.since and rule.until and rule.since > rule.until:
        form.note(form.at("until"), f"until 早于 since {rule.since}", f"until is before since {rule.since}")
    if rule.against == "lag" and form.has("min_weeks"):
        form.note(form.at("min_weeks"), "against: lag 不用 min_weeks", "against: lag has no min_weeks")


def _steps(form: Form, rule: Rule) -> None:
    falling = rule.falls or rule.steps
    if falling.how == "down" and rule.by in ("absolute", "percent") and falling.points[0][0] >= 0:
        form.note(form.at("down"), f"by: {rule.by} 时 down 的阈值须为负数", f"down is negative with by: {rule.by}")
    if rule.longest_run > LONGEST_WINDOW:
        most = LONGEST_WINDOW - 1
        form.note(form.at(rule.steps.how), f"至多数到 {most} 周", f"weeks are counted up to {most}")
    if rule.stop_after is not None and rule.steps.points[-1][0] < -rule.stop_after:
        form.note(
            form.at("stop_after"),
            f"到期 {rule.stop_after} 天后就不再判断，更晚的阈值 {rule.steps.points[-1][0]:g} 永远达不到",
            f"silent {rule.stop_after} days past the date: the threshold {rule.steps.points[-1][0]:g} is never reached",
        )


def _uses(form: Form, rule: Rule) -> Iterator[tuple[str, Tree]]:
    """Every indicator that the rule reads, with the place where it is named."""
    if rule.kind != "event":
        yield from ((id_, form.at(name)) for name, id_ in (("of", rule.of), ("per", rule.per)) if id_)
    if rule.only_if:
        yield rule.only_if.indicator, form.at("only_if")
    listed = form.at("when")
    places = listed.items if isinstance(listed, Sequence) else [listed]
    yield from ((condition.indicator, at) for condition, at in zip(rule.when, places, strict=False))


def _use(form: Form, rule: Rule, indicator: Indicator, at: Tree) -> None:
    id_, last = indicator.id, last_week(indicator)
    if last and "until" not in form.failed and (rule.until is None or rule.until > last):
        form.note(
            at,
            f"指标 {id_} 已于 {indicator.until} 停用，请换一个，或给规则写 until: {last}",
            f"indicator '{id_}' is retired since {indicator.until}; choose another, or end the rule with until: {last}",
        )
    others = [kind for kind in rule.applies_to if kind not in indicator.applies_to]
    if others and "applies_to" not in form.failed:
        listed, reported = " ".join(others), " ".join(indicator.applies_to)
        form.note(
            at,
            f"{listed} 类节点不填报 {id_}（由 {reported} 填报），请改 applies_to",
            f"nodes of kind {listed} do not report '{id_}' ({reported} does); change applies_to",
        )


def last_week(indicator: Indicator) -> str | None:
    """The last week in which an indicator is reported; None when it is not retired."""
    if indicator.until is None or "W" in indicator.until:
        return indicator.until
    return week_of(calendar_day(indicator.until))
