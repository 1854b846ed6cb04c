"""催报通知的内容: a neutral letter that names the units whose weekly report is still owed. Pure."""

from collections.abc import Sequence
from datetime import datetime

from service.clock import SHANGHAI
from service.notify.message import LONGEST_BODY, Letter, clip, plain


def reminder(week: str, due_at: datetime, units: Sequence[str]) -> Letter:
    """Remind of `week`, due at `due_at`; nothing in it tells a level, a score or a figure."""
    due = due_at.astimezone(SHANGHAI)
    names = [plain(unit, 60) for unit in units]
    subject = f"【催报】{week} 周报还有 {len(names)} 户未报，{due.month}月{due.day}日{due:%H:%M}前报送"
    lines = [
        f"以下单位尚未报送 {week} 周报，请提醒其于 {due:%Y-%m-%d %H:%M}（北京时间）前报送；确无异常的也请报“无异常”：",
        f"Weekly report {week} is due {due:%Y-%m-%d %H:%M} (Asia/Shanghai), still missing from {len(names)} unit(s):",
        *(f"- {name}" for name in names),
    ]
    payload = {
        "specversion": "1.0",
        "type": "labour-watch.report.reminder",
        "source": "labour-watch",
        "subject": f"week/{week}",
        "datacontenttype": "application/json",
        "data": {"week": week, "due_at": due_at.isoformat(), "units": names},
    }
    return Letter(subject, clip("\n".join(lines), LONGEST_BODY), payload)
