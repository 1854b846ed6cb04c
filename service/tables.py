"""表: imports every table, so that Alembic and the tests see one metadata."""

from sqlmodel import SQLModel

from service import journal
from service.alerting import tables as alerting
from service.network import tables as network
from service.notify import tables as notify
from service.reporting import tables as reporting
from service.response import tables as response
from service.rulebook import tables as rulebook
from service.web.access import tables as access

metadata = SQLModel.metadata

__all__ = ["access", "alerting", "journal", "metadata", "network", "notify", "reporting", "response", "rulebook"]
