"""告知: to whom which message went, how often it was tried, when it arrived – and since when who knew."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from service.evidence.detail import Reader
from service.evidence.dossier import QUOTE, Entry, Mark, local
from service.evidence.lines import ATTEMPTS, MESSAGES, RECEIPTS, WITHDRAWN
from service.evidence.stored import Stored, Told
from service.notify.masking import masked
from service.notify.tables import DeliveryAttempt

SHORT = 16  # characters of a seal on paper; the whole of it is in the JSON


def message_entries(stored: Stored, reader: Reader) -> list[Entry]:
    """Every message with its text (once, where several got the same), its attempts and receipts; then what was held
    back or withdrawn."""
    texts: dict[str, str] = {}
    found = [_message(told, reader, f"M{index}", texts, stored.places) for index, told in enumerate(stored.messages, 1)]
    return found + _not_sent(stored, reader)


def moments(stored: Stored, reader: Reader) -> list[Entry]:
    """Each message, attempt and receipt as a moment of its own, for the course of events."""
    say, found = reader.tongue.say, []
    for index, told in enumerate(stored.messages, 1):
        ref, row = f"M{index}", told.message
        who = reader.name(row.officer_id)
        found.append(Entry(row.created_at, say(f"写通知给 {who}", f"message written to {who}"), ref))
        for tried in told.attempts:
            if tried.finished_at is None:
                outcome = say("发送中断，没有结果", "the send broke off without a result")
            else:
                outcome = reader.word(ATTEMPTS, tried.outcome or "")
            what = say(
                f"{row.channel} 第 {tried.number} 次发给 {who}：{outcome}",
                f"{row.channel}, attempt {tried.number} to {who}: {outcome}",
            )
            found.append(Entry(tried.finished_at or tried.started_at, what, ref, mark=_mark(tried.outcome)))
        for known in told.receipts:
            said = reader.word(RECEIPTS, known.kind)
            found.append(Entry(known.at, f"{who}{say('：', ': ')}{said}", ref, mark=_mark(known.kind)))
    return found


def knowers(stored: Stored, reader: Reader) -> list[Entry]:
    """By person: when word was written, when it is first known to have arrived, and the first thing that person did."""
    people = dict.fromkeys(
        [told.message.officer_id for told in stored.messages] + [event.officer_id for event in stored.events]
    )
    found = [_knower(who, stored, reader) for who in people if who]
    return sorted(found, key=lambda entry: (entry.at is None, entry.at or stored.alert.raised_at, entry.what))


def _knower(who: str, stored: Stored, reader: Reader) -> Entry:
    say = reader.tongue.say
    theirs = [told for told in stored.messages if told.message.officer_id == who]
    acted = [event.at for event in stored.events if event.officer_id == who]
    arrived = min((at for told in theirs if (at := told.arrived_at)), default=None)
    first = min([at for at in (arrived, *acted) if at], default=None)
    details = []
    if theirs:
        channels = reader.tongue.join(list(dict.fromkeys(told.message.channel for told in theirs)))
        written = local(theirs[0].message.created_at)
        details.append(
            say(
                f"通知 {len(theirs)} 条（{channels}），第一条写于 {written}",
                f"{len(theirs)} messages ({channels}), the first written at {written}",
            )
        )
        details.append(_arrival(arrived, theirs, reader))
    if acted:
        line = next(event for event in stored.events if event.officer_id == who)
        details.append(
            say(f"首次办理 {local(acted[0])}（L{line.seq}）", f"first move at {local(acted[0])} (L{line.seq})")
        )
    return Entry(first, reader.person(who), "", tuple(details), Mark.GOOD if first else Mark.BAD)


def _arrival(arrived: datetime | None, theirs: list[Told], reader: Reader) -> str:
    say = reader.tongue.say
    if arrived is None:
        if any(told.message.state == "accepted" for told in theirs):
            return say("网关已接收，尚无送达证明", "accepted by a gateway; no proof of arrival yet")
        return say("没有一条送达", "none of them arrived")
    taken = arrived - min(told.message.created_at for told in theirs)
    return say(
        f"首次送达 {local(arrived)}（写出后 {reader.tongue.span(taken)}）",
        f"first arrived at {local(arrived)} ({reader.tongue.span(taken)} after it was written)",
    )


def _message(told: Told, reader: Reader, ref: str, texts: dict[str, str], places: Mapping[str, str]) -> Entry:
    say, row = reader.tongue.say, told.message
    post = reader.post(row.post, places)
    post = say(f"（{post}）", f" ({post})") if post else ""
    address = f"{row.channel} {masked(row.channel, row.address)}"
    state = reader.word(MESSAGES, row.state)
    what = say(
        f"通知 {reader.person(row.officer_id)}{post}，{address}：{state}",
        f"to {reader.person(row.officer_id)}{post}, {address}: {state}",
    )
    details = [*_text(told, reader, ref, texts), *(_attempt(tried, reader) for tried in told.attempts)]
    for known in told.receipts:
        more = f" {known.detail}" if known.detail else ""
        details.append(f"{local(known.at)} {reader.word(RECEIPTS, known.kind)}{more}")
    details.append(say(f"编号 {row.id}", f"id {row.id}"))
    return Entry(row.created_at, what, ref, tuple(details), _mark(row.state))


def _text(told: Told, reader: Reader, ref: str, texts: dict[str, str]) -> Iterable[str]:
    say = reader.tongue.say
    if not told.alone:
        return [
            say("汇总通知，另含其他预警，内容从略", "a digest that tells of other alerts too; its text is left out")
        ]
    same = texts.setdefault(told.message.body, ref)
    if same != ref:
        return [say(f"内容同 {same}", f"the same text as {same}")]
    return [told.message.subject, *(f"{QUOTE}{line}" for line in told.message.body.split("\n"))]


def _attempt(row: DeliveryAttempt, reader: Reader) -> str:
    say = reader.tongue.say
    number = say(f"第 {row.number} 次", f"attempt {row.number}")
    if row.finished_at is None:
        return (
            f"{number} {local(row.started_at)} {say('开始，没有结果（中断）', 'begun, without a result (broken off)')}"
        )
    answer = " ".join(part for part in (row.code, row.detail) if part)
    said = reader.word(ATTEMPTS, row.outcome or "")
    seal = row.hash[:SHORT] or say("无（启用校验之前）", "none (from before the chain)")
    took = f"{(row.finished_at - row.started_at).total_seconds():.3f} s"
    parts = (
        number,
        local(row.started_at),
        say(f"用时 {took}", f"took {took}"),
        said,
        answer,
        say(f"校验 {seal}", f"seal {seal}"),
    )
    return say("，", ", ").join(part for part in parts if part)


def _not_sent(stored: Stored, reader: Reader) -> list[Entry]:
    say, found = reader.tongue.say, []
    for index, row in enumerate(stored.unsent, 1):
        who = reader.person(row.officer_id)
        if row.state == "waiting":
            what = say(f"待告知 {who}，{local(row.due_at)} 前后发出", f"waits for {who}, due {local(row.due_at)}")
        else:
            why = reader.word(WITHDRAWN, row.withdrawn or "")
            what = say(f"原拟告知 {who}，未发：{why}", f"was to be told to {who}, withdrawn: {why}")
        found.append(Entry(row.settled_at or row.created_at, what, f"N{index}"))
    return found


def _mark(state: str | None) -> Mark:
    if state in ("delivered", "opened", "acknowledged"):
        return Mark.GOOD
    return Mark.BAD if state in ("given_up", "give_up", "failed", "missing") else Mark.NONE
