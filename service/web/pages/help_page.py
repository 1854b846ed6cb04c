"""帮助页: the words of the pages, and on which law or plan the figures and, for those who see them, the rules rest."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.scoring.wording import sealed
from service.web.access.gates import viewer
from service.web.access.roles import STAFF
from service.web.access.viewer import Viewer
from service.web.charts.shapes import DEGREES, WORDS
from service.web.context import context
from service.web.pages.i18n import mark
from service.web.pages.render import page

router = APIRouter(include_in_schema=False)
GENERAL = (
    (mark("报告周"), mark("按国际标准周，星期一至星期日；如 2026-W47 是 2026 年第 47 周。")),
    (mark("截止与关闭"), mark("每周的周报在次周截止；关闭后仍可补报，记为迟报。")),
    (mark("更正"), mark("周报只增不改：更正另存一版，原来的留着。")),
    (mark("公用电脑"), mark("在公用电脑上什么都不留下，十分钟不操作就退出；请用完退出。")),
    (mark("即时事件"), mark("停工、聚集等情况不等周报，随时上报。")),
)
OF_STAFF = (
    (mark("分数与等级"), mark("每条规则触发得若干分，合计封顶 100 分；分数达到界限，或触发一票定级的规则，即定等级。")),
    (mark("无法判断"), mark("缺数的规则不算触发，也不算正常，另行计数；过半无法判断时，等级仅供参考。")),
    (mark("未报"), mark("周已关闭而没有周报；未报也是信号，不当作零。")),
    (mark("现在所知与当时所知"), mark("迟报和更正会改变过去的评分；“当时所知”显示那一周关闭当天所知道的。")),
    (mark("较四周前"), mark("本周分数减四周前的分数；没有变化或无从比较时为“—”。")),
    (mark("按时签收"), mark("在规定时限内签收的预警所占的百分比；不比较预警的多少。")),
    (mark("按时办结"), mark("可以解除之日起七天内办结的预警所占的百分比。")),
    (mark("其他线索"), mark("投诉、上访等只有责任岗位可以看到内容，其他人只看到“其他线索”。")),
)


@router.get("/help", name="help")
def show_help(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> Response:
    """The words of the pages for this role, and their sources."""
    book = context(request).library.current()
    staff = who.role in STAFF
    hidden = {rule.id for rule in book.pack.rules if sealed(rule, book.dictionary)}
    return page(
        request,
        "help.html",
        who,
        staff=staff,
        terms=(*GENERAL, *(OF_STAFF if staff else ())),
        levels=list(zip(WORDS.items(), DEGREES.values(), strict=True)) if staff else [],
        limits=book.pack.levels,
        indicators=[one for one in book.dictionary.indicators.values() if one.source and not one.sealed],
        rules=[one for one in book.pack.rules if one.source and one.id not in hidden] if staff else [],
    )
