"""处置措施的输入: what belongs to each kind of action, as strict models; counts and results, never names of workers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from service.response.actions import ActionKind
from service.web import problems

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
People = Annotated[int, Field(ge=0, le=100_000_000)]
Yuan = Annotated[float, Field(ge=0, le=1e13, allow_inf_nan=False)]
Side = Literal["management", "union", "workers"]


class Detail(BaseModel):
    """What belongs to one kind."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PhoneCall(Detail):
    """电话了解."""

    spoke_with: Side | None = None


class Visit(Detail):
    """走访: 劳动法律监督员 on site, and who was met."""

    supervisors: Annotated[int, Field(ge=1, le=100)] | None = None
    met: list[Side] = Field(default_factory=list, max_length=3)


class Talk(Detail):
    """约谈: with whom, and what was promised."""

    spoke_with: Side = "management"
    promised: Text = ""


class ReminderLetter(Detail):
    """提示函."""

    addressee: Word
    demand: Text = ""
    number: Number | None = None


class Letter(Detail):
    """意见书 and 建议书: numbered, and signed by a (deputy) chair; `signed_by` is the post."""

    number: Number
    signed_by: Word
    addressee: Word
    demand: Text = ""


class Bargaining(Detail):
    """集体协商."""

    topic: Word
    stage: Literal["offered", "started", "agreed", "failed"] = "offered"


class Mediation(Detail):
    """调解."""

    people: People | None = None
    amount: Yuan | None = None
    result: Literal["ongoing", "settled", "failed"] = "ongoing"


class LegalAid(Detail):
    """法律援助: the sum claimed and what of it has been recovered, in yuan."""

    people: People | None = None
    claimed: Yuan
    recovered: Yuan | None = None


class HelpCentre(Detail):
    """困难帮扶: kind of help, and what came of it."""

    help: Literal["living", "medical", "education", "job", "legal", "other"]
    people: People | None = None
    result: Text = ""


class WorkersCongress(Detail):
    """职工代表大会."""

    topic: Word
    result: Literal["planned", "passed", "refused", "postponed"] = "planned"


class Meeting(Detail):
    """三方会商 and 与政府联席会议."""

    topic: Text = ""
    result: Text = ""


class Transfer(Detail):
    """移交: to which bureau, under which reference."""

    to: Word
    reference: Text = ""


DETAILS: Mapping[ActionKind, type[Detail]] = {
    ActionKind.PHONE_CALL: PhoneCall,
    ActionKind.VISIT: Visit,
    ActionKind.TALK: Talk,
    ActionKind.REMINDER_LETTER: ReminderLetter,
    ActionKind.OPINION: Letter,
    ActionKind.PROPOSAL_LETTER: Letter,
    ActionKind.BARGAINING: Bargaining,
    ActionKind.MEDIATION: Mediation,
    ActionKind.LEGAL_AID: LegalAid,
    ActionKind.HELP_CENTRE: HelpCentre,
    ActionKind.WORKERS_CONGRESS: WorkersCongress,
    ActionKind.TRIPARTITE: Meeting,
    ActionKind.JOINT_MEETING: Meeting,
    ActionKind.TRANSFER: Transfer,
}


def read_detail(kind: ActionKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as the model of its kind says it; what was left out stays out. Raises FieldProblems."""
    try:
        return DETAILS[kind].model_validate(dict(given)).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise problems.fields(found, "/detail") from error
