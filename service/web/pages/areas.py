"""页面的范围: the areas of the site, put together on the application."""

from fastapi import FastAPI

from service.web.access import password_page, record_pages
from service.web.access.login_pages import add_access
from service.web.board import board_pages
from service.web.bulletin import pages as bulletin
from service.web.cases import pages as cases
from service.web.completeness import pages as completeness
from service.web.forms import routes as forms
from service.web.pages import assets, help_page, sign, switch
from service.web.pages.errors import add_error_pages
from service.web.pages.headers import SafeHeaders
from service.web.units import pages as units


def add_pages(app: FastAPI) -> None:
    """Give the app its pages; the routes and handlers of the API are in place already."""
    app.add_middleware(SafeHeaders)
    add_error_pages(app)
    add_access(app)
    for area in (
        assets,
        help_page,
        switch,
        password_page,
        record_pages,
        board_pages,
        sign,
        forms,
        cases,
        units,
        completeness,
        bulletin,
    ):
        app.include_router(area.router)
