"""路由: the pages for people who report, fixed addresses before those that hold a week."""

from fastapi import APIRouter

from service.web.forms import events, history, overview, receipts, weekly

router = APIRouter()
for part in (overview, history, receipts, events, weekly):
    router.include_router(part.router)
