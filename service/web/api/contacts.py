"""联系方式的接口: an officer has a code sent to an own contact, and tells it back, which verifies the contact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import Field, TypeAdapter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Invalid, Unauthorised
from service.network.directory import find_token
from service.network.sealing import Sealer
from service.network.tables import Contact
from service.notify.masking import masked
from service.notify.verification import confirm, send_code
from service.reporting.submission import instant
from service.web import problems
from service.web.access.gates import reporter
from service.web.api.alert_inputs import Strict
from service.web.api.answers import described_confirmation, json_response
from service.web.context import context
from service.web.json_body import read_object, validated

router = APIRouter(prefix="/api/v1/contacts/{contact_id}", tags=["contacts"])
ContactId = Annotated[int, InPath(ge=1, lt=2**31, description="联系方式的编号 / number of the contact")]


class CodeBody(Strict):
    """The code that came."""

    code: str = Field(min_length=1, max_length=20, description="收到的验证码 / the code that came")


_CODE = TypeAdapter(CodeBody)


@dataclass(frozen=True)
class Owner:
    """Whoever asks, by the digest of the token: looked up in the transaction itself."""

    request: Request
    digest: str

    @property
    def now(self) -> datetime:
        """By the service's clock."""
        return context(self.request).clock.now()

    @property
    def sealer(self) -> Sealer:
        """What codes are signed with."""
        found = context(self.request).sealer
        if found is None:
            raise problems.not_found()
        return found

    def contact(self, session: Session, contact_id: int) -> Contact:
        """The officer's own contact in use; for everybody else there is none. Raises Unauthorised, NotFound."""
        token = find_token(session, self.digest)
        if token is None:
            raise Unauthorised("token_unknown", "令牌无效或已撤销，请向上级工会领取新令牌", "the token is not in force")
        found = session.get(Contact, contact_id)
        if found is None or token.officer_id != found.officer_id or found.disabled_at is not None:
            raise problems.not_found()
        return found


def owner(request: Request, digest: Annotated[str, Depends(reporter)]) -> Owner:
    """A gate for one's own contacts."""
    return Owner(request, digest)


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object in the body."""
    return read_object(await request.body())


Own = Annotated[Owner, Depends(owner)]


@router.post("/code", status_code=202, summary="发验证码 / send a code", **described_confirmation())
def post_code(contact_id: ContactId, own: Own) -> Response:
    """Send a code to one's own contact, good for half an hour; once a minute at most."""
    with context(own.request).db.write() as session:
        contact = own.contact(session, contact_id)
        send_code(session, own.now, own.sealer, contact)
        body = _shown(contact)
    return json_response(body, 202)


@router.post("/confirm", summary="核验 / verify by code", **described_confirmation(CodeBody))
def post_confirm(contact_id: ContactId, own: Own, said: Annotated[dict[str, Any], Depends(sent)]) -> Response:
    """Tell the code back that came to the contact; a wrong one counts as one of five tries."""
    code = validated(_CODE, said).code
    with context(own.request).db.write() as session:
        officer_id = own.contact(session, contact_id).officer_id
        contact = confirm(session, own.now, own.sealer, officer_id, code, contact_id)
        body = _shown(contact) if contact else None
    if body is None:  # after the transaction, so that the try stays counted
        text = "验证码不对、已过期或试错过多，请重新发送"
        raise Invalid("wrong_code", text, "the code is wrong, expired or tried too often; send another", "/code")
    return json_response(body)


def _shown(contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact.id,
        "channel": contact.channel,
        "address": masked(contact.channel, contact.address),
        "verified_at": instant(contact.verified_at) if contact.verified_at else None,
    }
