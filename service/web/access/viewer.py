"""登录的人: who is looking at a page, in which role, and what they reach."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.network.directory import TokenView
from service.web.access.roles import Role

Computer = Literal["own", "public"]


@dataclass(frozen=True)
class Viewer:
    """A logged-in person. Scope is `token.prefixes`, with the predicate `within`; `digest` is the token's, with which
    intake writes; on a 公用电脑 (`computer` public) nothing may stay behind."""

    login: str
    name: str
    role: Role
    token: TokenView
    digest: str
    language: str
    computer: Computer
    csrf: str
    password_at: datetime

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The paths whose subtrees the viewer may see; argument of `within`."""
        return self.token.prefixes
