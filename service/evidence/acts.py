"""办理: the lines of the alert's record, and what officers found, did, proposed and muted."""

from service.evidence.detail import Reader
from service.evidence.dossier import Entry, local
from service.evidence.lines import LINES, VERDICTS
from service.evidence.stored import Stored
from service.response.tables import Action, Proposal


def record_entries(stored: Stored, reader: Reader) -> list[Entry]:
    """The record line by line, each with its seal."""
    say, found = reader.tongue.say, []
    for row in stored.events:
        who = f"{reader.name(row.officer_id)}{say('：', ': ')}" if row.officer_id else ""
        what = f"{who}{reader.word(LINES, row.reason)}{say('，', ', ')}{reader.level(row.level)}"
        week = (say(f"依据 {row.week} 的评分", f"on the score of {row.week}"),) if row.week else ()
        found.append(Entry(row.at, what, f"L{row.seq}", (*week, *reader.details(row.detail)), seal=row.hash))
    return found


def act_entries(stored: Stored, reader: Reader) -> list[Entry]:
    """Verifications, actions, proposals and mutes in the order of time."""
    say, found = reader.tongue.say, []
    for row in stored.verifications:
        verdict = reader.word(VERDICTS, row.verdict)
        what = say(
            f"{reader.person(row.officer_id)} 核实 {reader.rule(row.rule)}：{verdict}",
            f"{reader.person(row.officer_id)} verified {reader.rule(row.rule)}: {verdict}",
        )
        found.append(Entry(row.at, what, f"V{row.id}", (row.note,) if row.note else ()))
    found += [_action(row, reader) for row in stored.actions]
    found += [_proposal(row, reader) for row in stored.proposals]
    for mute in stored.mutes:
        detail = {"rules": mute.rules, "until": mute.until_at.isoformat(), "reason": mute.reason}
        more = {"wake_if": mute.wake_if, "level": mute.level}
        what = say(f"{reader.person(mute.officer_id)} 暂缓提醒", f"{reader.person(mute.officer_id)} muted")
        lines = list(reader.details(detail | more))
        if mute.pending:
            lines.append(say("待上一级批准", "waits for approval one level up"))
        if mute.approved_by:
            lines.append(
                say(f"批准人：{reader.person(mute.approved_by)}", f"approved by {reader.person(mute.approved_by)}")
            )
        if mute.ended_at:
            lines.append(say(f"结束于 {local(mute.ended_at)}", f"ended at {local(mute.ended_at)}"))
        found.append(Entry(mute.asked_at or stored.alert.closed_at, what, f"Z{mute.id}", tuple(lines)))
    return sorted(found, key=lambda entry: (entry.at is None, entry.at or stored.alert.raised_at))


def _action(row: Action, reader: Reader) -> Entry:
    say = reader.tongue.say
    details = [*reader.details({"done_at": row.done_at.isoformat(), "number": row.number, "detail": row.detail})]
    details += [row.note] if row.note else []
    if row.reply_by:
        details.append(say(f"应于 {local(row.reply_by)} 前答复", f"a reply is due by {local(row.reply_by)}"))
    if row.replied_at:
        details.append(
            say(f"{local(row.replied_at)} 答复：{row.reply}", f"replied at {local(row.replied_at)}: {row.reply}")
        )
    kind, who = reader.kind(row.kind), reader.person(row.officer_id)
    return Entry(row.at, say(f"{who} 处置：{kind}", f"{who}: {kind}"), f"A{row.id}", tuple(details))


def _proposal(row: Proposal, reader: Reader) -> Entry:
    say, who = reader.tongue.say, reader.person(row.officer_id)
    lift = row.kind == "lift"
    what = say(f"{who} 提议{'解除' if lift else '降级'}", f"{who} proposed to {'lift' if lift else 'lower the level'}")
    details = [*reader.details(row.detail)]
    if row.decided_at:
        verdict = reader.word(VERDICTS, row.verdict or "")
        by = reader.person(row.decided_by)
        details.append(say(f"{local(row.decided_at)} {by}：{verdict}", f"{local(row.decided_at)} {by}: {verdict}"))
    else:
        details.append(say("尚未决定", "not decided yet"))
    return Entry(row.at, what, f"P{row.id}", tuple(details))
