"""预警通知的内容: from the stored score of an alert to the letter that tells an officer about it."""

from collections.abc import Sequence

from service.alerting.decide import Reason
from service.alerting.escalate import Duty, Ladder, Why
from service.alerting.tables import Alert, Score
from service.network.duty import REPORTING
from service.network.tables import Node
from service.notify.message import AlertNews, FindingLine, Letter, NewsReason, compose
from service.rulebook.library import Rulebook
from service.scoring.pack import Level, Rule, State
from service.scoring.wording import SEALED_NAME, sealed, wording

_STEPS = {
    (Duty.SIGN, Why.RUNG): NewsReason.ESCALATED,
    (Duty.SIGN, Why.REPEAT): NewsReason.REPEATED,
    (Duty.ACT, Why.REMINDER): NewsReason.ACT_SOON,
    (Duty.ACT, Why.RUNG): NewsReason.ACT_MISSED,
    (Duty.ACT, Why.REPEAT): NewsReason.ACT_REPEATED,
    (Duty.UPDATE, Why.REMINDER): NewsReason.UPDATE_SOON,
    (Duty.UPDATE, Why.RUNG): NewsReason.UPDATE_MISSED,
    (Duty.UPDATE, Why.REPEAT): NewsReason.UPDATE_REPEATED,
}
_REASONS = {
    Reason.FIRST_RISK: NewsReason.RAISED,
    Reason.WORSENED: NewsReason.WORSENED,
    Reason.CORRECTED: NewsReason.CORRECTED,
    Reason.REOPENED: NewsReason.REOPENED,
}
_POSTS = {
    "township.organiser": "乡镇（街道）工会组织员",
    "county.officer": "县区工会责任人",
    "county.deputy": "县区工会副主席",
    "county.chair": "县区工会主席",
    "city.duty": "市总工会值班岗",
    "city.leader": "市总工会分管领导",
}
_THEMES = {
    "wages": "工资支付",
    "insurance": "社会保险",
    "jobs": "岗位变动",
    "restructuring": "改制重组",
    "hours": "工时休假",
    "safety": "劳动安全",
    "contracts": "劳动合同",
    "bargaining": "集体协商",
    "voice": "职工诉求",
    "operations": "生产经营",
    "sites": "工程项目",
    "reporting": "报送情况",
    "other": "其他",
}


def news_reason(reason: Reason) -> NewsReason:
    """The words for a decision that raises."""
    return _REASONS[reason]


def post_title(code: str) -> str:
    """What a post is called; an unknown one by its code."""
    return _POSTS.get(code, code)


def step_reason(duty: Duty, why: Why) -> NewsReason:
    """The words for a step of the ladder; at night the desk is asked to judge, whatever is owed."""
    return NewsReason.NIGHT if why is Why.NIGHT else _STEPS[duty, why]


def write_letter(
    alert: Alert,
    score: Score,
    node: Node,
    county: str,
    book: Rulebook,
    reason: NewsReason,
    clocks: Ladder,
    base_url: str,
) -> Letter:
    """Everything the letter says comes from the score that raised the alert, as it was known then."""
    rules = {rule.id: rule for rule in book.pack.rules}
    fired = sorted((f for f in score.findings if f["state"] == State.FIRED and not f["trial"]), key=_weight)
    known = [(rules[f["rule"]], f) for f in fired if f["rule"] in rules]
    lines = [_line(rule, book, f["value"], f["threshold"]) for rule, f in known]
    return compose(
        AlertNews(
            number=alert.id or 0,
            level=Level(alert.level),
            reason=reason,
            at=alert.issued_at,
            node_id=node.id,
            node=node.name,
            county=county,
            post=post_title(clocks.policy.owner),
            findings=lines,
            # What to do about a sealed finding would tell what it is.
            advice=list(dict.fromkeys(r.advice for r, _ in known if r.advice and not sealed(r, book.dictionary))),
            sign_by=clocks.sign_by if clocks.duty is Duty.SIGN else None,
            act_by=alert.act_by if clocks.duty is Duty.ACT else None,
            update_by=alert.update_by if clocks.duty is Duty.UPDATE else None,
            theme=_theme(alert, [rule for rule, _ in known], book),
            link=f"{base_url.rstrip('/')}/alerts/{alert.id}",
        )
    )


def _theme(alert: Alert, fired: Sequence[Rule], book: Rulebook) -> str:
    """What the alert is about; it is not told where only sealed findings say so."""
    open_ = {rule.theme for rule in fired if not sealed(rule, book.dictionary)}
    return _THEMES.get(alert.theme, alert.theme) if alert.theme in {REPORTING, *open_} else SEALED_NAME


def _line(rule: Rule, book: Rulebook, value: float | None, threshold: float | None) -> FindingLine:
    said = wording(rule, book.dictionary, value, threshold)
    return FindingLine(said.name, said.value, said.threshold)


def _weight(finding: dict[str, float]) -> tuple[float, float]:
    """The strongest first: what sets a floor before what only adds points."""
    return -finding["floor"], -finding["points"]
