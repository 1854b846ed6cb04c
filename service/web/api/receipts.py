"""回执接口: gateways report what became of a message, and pass on what people answer; signed, no token."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.notify.callbacks import Report, take_in
from service.notify.receipts import Kind
from service.reporting.submission import instant
from service.response.desk import Office
from service.response.replies import Reply, take_reply
from service.web.access.signed import gateway
from service.web.api.alert_inputs import Strict
from service.web.api.answers import described_callback, json_response
from service.web.context import context
from service.web.json_body import read_object, validated

router = APIRouter(prefix="/api/v1", tags=["receipts"])
Channel = Annotated[str, InPath(max_length=20, pattern=r"^[a-z]+$", description="渠道 / channel, sms")]
Body = Annotated[bytes, Depends(gateway)]
_Number = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class ReceiptBody(Strict):
    """What became of a message."""

    id: _Number = Field(description="网关的编号或我方通知编号 / the gateway's number of the message, or ours")
    status: Literal["delivered", "failed"]
    detail: str = Field("", max_length=200, description="网关给出的原因 / the gateway's reason")


class ReplyBody(Strict):
    """What somebody answered to a message."""

    id: _Number = Field(description="网关给这条回复的编号 / the gateway's number of the answer")
    sender: _Number = Field(description="发件号码 / the number it came from")
    text: str = Field(max_length=1000, description="“1”为签收 / “1” signs")


_RECEIPT, _REPLY = TypeAdapter(ReceiptBody), TypeAdapter(ReplyBody)


@router.post("/receipts/{channel}", summary="送达回执 / delivery receipt", **described_callback(ReceiptBody))
def post_receipt(request: Request, channel: Channel, body: Body) -> Response:
    """A gateway's report of one message. The same again gives the same answer."""
    said = validated(_RECEIPT, read_object(body))
    parts = context(request)
    report = Report(channel, said.id, Kind(said.status), said.detail)
    with parts.db.write() as session:
        found = take_in(session, parts.clock.now(), report)
        answer: dict[str, Any] = {"message": found.message_id, "status": found.kind, "at": instant(found.at)}
    return json_response(answer)


@router.post("/replies/{channel}", summary="短信回复 / an answer by text message", **described_callback(ReplyBody))
def post_reply(request: Request, channel: Channel, body: Body) -> Response:
    """Somebody's answer to a message: “1” from a verified number signs the newest alert that was sent there and waits
    for a signature; `signed` is its number, null where nothing was signed. The same again gives the same answer."""
    said = validated(_REPLY, read_object(body))
    parts = context(request)
    office = Office(parts.db, parts.library, parts.settings.base_url)
    signed = take_reply(office, parts.clock.now(), Reply(channel, said.sender, said.text, said.id))
    return json_response({"signed": signed})
