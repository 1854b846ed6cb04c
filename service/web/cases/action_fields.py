"""措施的表单: the fields of each kind of action as a form shows them, beside the models that read them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.response.actions import ActionKind
from service.web.pages.i18n import mark


class Input(StrEnum):
    """How something is typed in."""

    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    YUAN = "yuan"
    ONE_OF = "one_of"
    SOME_OF = "some_of"


@dataclass(frozen=True)
class FormField:
    """One field: its name in the model, label, how it is typed, and of what one chooses."""

    name: str
    label: str
    input: Input = Input.TEXT
    required: bool = False
    choices: Mapping[str, str] = None  # type: ignore[assignment]  # only of ONE_OF and SOME_OF
    help: str = ""


_SIDES = {"management": mark("经营方"), "union": mark("企业工会"), "workers": mark("职工")}
_PEOPLE = FormField("people", mark("涉及人数"), Input.WHOLE)
_ADDRESSEE = FormField("addressee", mark("送达单位"), required=True)
_DEMAND = FormField("demand", mark("要求"), Input.LONG)
_WITH = FormField("spoke_with", mark("与谁联系"), Input.ONE_OF, choices=_SIDES)
_LETTER = (
    FormField("number", mark("文号"), required=True, help=mark("同类函件在一年内不重复")),
    FormField("signed_by", mark("签发岗位"), required=True),
    _ADDRESSEE,
    _DEMAND,
)
_MEETING = (FormField("topic", mark("议题")), FormField("result", mark("结果"), Input.LONG))

FIELDS: Mapping[ActionKind, tuple[FormField, ...]] = {
    ActionKind.PHONE_CALL: (_WITH,),
    ActionKind.VISIT: (
        FormField("supervisors", mark("到场的劳动法律监督员人数"), Input.WHOLE),
        FormField("met", mark("见到了谁"), Input.SOME_OF, choices=_SIDES),
    ),
    ActionKind.TALK: (_WITH, FormField("promised", mark("对方承诺"), Input.LONG)),
    ActionKind.REMINDER_LETTER: (_ADDRESSEE, _DEMAND, FormField("number", mark("文号"))),
    ActionKind.OPINION: _LETTER,
    ActionKind.PROPOSAL_LETTER: _LETTER,
    ActionKind.BARGAINING: (
        FormField("topic", mark("协商事项"), required=True),
        FormField(
            "stage",
            mark("进展"),
            Input.ONE_OF,
            choices={
                "offered": mark("已提出要约"),
                "started": mark("已开始协商"),
                "agreed": mark("达成一致"),
                "failed": mark("未能达成"),
            },
        ),
    ),
    ActionKind.MEDIATION: (
        _PEOPLE,
        FormField("amount", mark("涉及金额（元）"), Input.YUAN),
        FormField(
            "result",
            mark("结果"),
            Input.ONE_OF,
            choices={"ongoing": mark("进行中"), "settled": mark("调解成功"), "failed": mark("调解未成")},
        ),
    ),
    ActionKind.LEGAL_AID: (
        _PEOPLE,
        FormField("claimed", mark("主张金额（元）"), Input.YUAN, required=True),
        FormField("recovered", mark("已追回金额（元）"), Input.YUAN),
    ),
    ActionKind.HELP_CENTRE: (
        FormField(
            "help",
            mark("帮扶类别"),
            Input.ONE_OF,
            required=True,
            choices={
                "living": mark("生活"),
                "medical": mark("医疗"),
                "education": mark("子女教育"),
                "job": mark("就业"),
                "legal": mark("法律"),
                "other": mark("其他"),
            },
        ),
        _PEOPLE,
        FormField("result", mark("结果"), Input.LONG),
    ),
    ActionKind.WORKERS_CONGRESS: (
        FormField("topic", mark("议题"), required=True),
        FormField(
            "result",
            mark("结果"),
            Input.ONE_OF,
            choices={
                "planned": mark("拟召开"),
                "passed": mark("通过"),
                "refused": mark("未通过"),
                "postponed": mark("延期"),
            },
        ),
    ),
    ActionKind.TRIPARTITE: _MEETING,
    ActionKind.JOINT_MEETING: _MEETING,
    ActionKind.TRANSFER: (
        FormField("to", mark("移交给"), required=True),
        FormField("reference", mark("移交文号")),
    ),
}
