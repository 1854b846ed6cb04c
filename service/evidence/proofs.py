"""核对: is everything as it was written – the record of the alert, the attempts of its messages, its scores?"""

from collections.abc import Sequence

from service.alerting.chain import ChainReport
from service.evidence.dossier import Entry, Mark, Tongue, local
from service.evidence.stored import Stored
from service.notify.proof import flaw


def proofs(stored: Stored, report: ChainReport, tongue: Tongue) -> list[Entry]:
    """One entry a kind of proof; whatever is broken is marked."""
    return [_record(report, stored, tongue), _attempts(stored, tongue), _scores(stored, tongue)]


def broken_lines(report: ChainReport, entries: Sequence[Entry], tongue: Tongue) -> list[Entry]:
    """The lines of the record, the one that is not as it was written marked; one that is gone has its place."""
    fault = report.fault
    if fault is None or not fault.alert:
        return list(entries)
    said, found = tongue.say(fault.text, fault.text_en), []
    for entry in entries:
        if entry.ref == f"L{fault.seq}":
            entry = Entry(entry.at, entry.what, entry.ref, (said, *entry.details), Mark.BAD, entry.seal)
        found.append(entry)
    if not any(entry.ref == f"L{fault.seq}" for entry in entries):
        found.insert(max(fault.seq - 1, 0), Entry(None, said, f"L{fault.seq}", mark=Mark.BAD))
    return found


def _record(report: ChainReport, stored: Stored, tongue: Tongue) -> Entry:
    say, fault, alert = tongue.say, report.fault, stored.alert
    if fault is None:
        what = say(f"预警记录 {report.lines} 条，链完整", f"the record's {report.lines} lines: the chain is whole")
    elif fault.alert:
        what = say(f"预警记录第 {fault.seq} 条：{fault.text}", f"line {fault.seq} of the record: {fault.text_en}")
    else:
        what = say(f"校验点 {fault.seq}：{fault.text}", f"checkpoint {fault.seq}: {fault.text_en}")
    details = [say(f"链头（第 {alert.last_seq} 条）{alert.head}", f"head (line {alert.last_seq}) {alert.head}")]
    if report.unsealed:
        details.append(
            say(
                f"其中 {report.unsealed} 条写于启用校验之前，无从核对",
                f"{report.unsealed} of them are from before the chain and cannot be checked",
            )
        )
    if report.taken_at is None:
        details.append(say("此后尚无校验点", "no checkpoint has been taken since"))
    else:
        at = local(report.taken_at)
        details.append(say(f"最近校验点 {at} {report.digest}", f"newest checkpoint {at} {report.digest}"))
        pinned = alert.pinned_seq
        details.append(say(f"校验点已记到第 {pinned} 条", f"checkpoints hold it up to line {pinned}"))
    return Entry(None, what, details=tuple(details), mark=Mark.BAD if fault else Mark.GOOD)


def _attempts(stored: Stored, tongue: Tongue) -> Entry:
    say, faults, attempts, unsealed = tongue.say, [], 0, 0
    for index, told in enumerate(stored.messages, 1):
        attempts += len(told.attempts)
        unsealed += sum(1 for row in told.attempts if row.finished_at and not row.hash)
        found = flaw(told.parcel, told.sealed, told.message.attempts, stored.sealed_since)
        if found is not None:
            faults.append(say(f"M{index}：{found[0]}", f"M{index}: {found[1]}"))
    if faults:
        what = say(f"{len(faults)} 条通知的投递记录有改动", f"the attempts of {len(faults)} messages were changed")
        return Entry(None, what, details=tuple(faults), mark=Mark.BAD)
    before = say(
        f"其中 {unsealed} 次在启用校验之前，无从核对",
        f"{unsealed} of them are from before the chain and cannot be checked",
    )
    details = (before,) if unsealed else ()
    what = say(
        f"通知 {len(stored.messages)} 条、投递 {attempts} 次，逐条链完整",
        f"{len(stored.messages)} messages, {attempts} attempts: every chain is whole",
    )
    return Entry(None, what, details=details, mark=Mark.GOOD)


def _scores(stored: Stored, tongue: Tongue) -> Entry:
    say, count = tongue.say, len(stored.scores)
    same = sum(1 for _, told in stored.scores if told.place is not None)
    if same == count:
        what = say(f"评分 {count} 次，今按当时所知复算，结果全部相同", f"all {count} scores come out the same again")
        return Entry(None, what, mark=Mark.GOOD)
    what = say(f"评分 {count} 次，其中 {same} 次可按原样复算", f"{same} of {count} scores come out the same again")
    why = say(
        "其余所依据的单位资料或其他单位的数据其后有变；当时所存的结论仍列于下",
        "what the others were made of has changed since; what they said then is listed below",
    )
    return Entry(None, what, details=(why,))
