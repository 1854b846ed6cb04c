"""错误: every refusal a person meets, in Chinese and English, naming the place and the cure.

Refusal
├── Malformed 400 · Unauthorised 401 · Forbidden 403 · NotFound 404 · Conflict 409 · Stale 412
├── TooLarge 413 · WrongMedia 415 · Invalid 422 (FieldProblems) · TooMany 429 · NotYet 501 · Unavailable 503
Exit (command line)
├── Findings 1 · WrongUse 2 · Failure 3
"""

from collections.abc import Sequence
from dataclasses import dataclass


class Refusal(Exception):
    """A request that was understood and declined; carries what problem+json needs (RFC 9457)."""

    status = 400

    def __init__(
        self, code: str, text: str, text_en: str, pointer: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{text} / {text_en}")
        self.code = code
        self.text = text
        self.text_en = text_en
        self.pointer = pointer
        self.retry_after = retry_after


class Malformed(Refusal):
    """The body or header cannot be read at all."""

    status = 400


class Unauthorised(Refusal):
    """No token, an unknown one, or a revoked one."""

    status = 401


class Forbidden(Refusal):
    """The token may not write there."""

    status = 403


class NotFound(Refusal):
    """Nothing of that kind that the token may see."""

    status = 404


class Conflict(Refusal):
    """It collides with what is stored already."""

    status = 409


class Stale(Refusal):
    """`If-Match` names another revision than the newest."""

    status = 412


class TooLarge(Refusal):
    """The body is over the limit."""

    status = 413


class WrongMedia(Refusal):
    """The body comes in a form that is not taken, such as compressed."""

    status = 415


class Invalid(Refusal):
    """Readable, but a field is wrong; `pointer` names it."""

    status = 422


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field; `pointer` is its place as a JSON pointer (RFC 6901)."""

    code: str
    pointer: str
    text: str
    text_en: str


class FieldProblems(Invalid):
    """Every wrong field of one body at once; the refusal itself speaks of the first."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first = problems[0]
        super().__init__(first.code, first.text, first.text_en, first.pointer)
        self.problems = tuple(problems)


class TooMany(Refusal):
    """The token is over its rate limit."""

    status = 429


class NotYet(Refusal):
    """A move that a later version brings."""

    status = 501


class Unavailable(Refusal):
    """The database cannot take it now; nothing was stored, send it again."""

    status = 503


class Exit(Exception):
    """Ends a command with `code` and a sentence in both languages."""

    code = 3

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(f"{text} / {text_en}")


class Findings(Exit):
    """The command worked and found problems."""

    code = 1


class WrongUse(Exit):
    """The command was called in a way that cannot work."""

    code = 2


class Failure(Exit):
    """Something it needs is broken or away."""

    code = 3


@dataclass(frozen=True)
class LineProblem:
    """One problem in a file a person wrote: where it is, what is wrong, what to do."""

    file: str
    line: int
    text: str
    text_en: str
    column: int = 0
    rule: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        return f"{place} {f'[{self.rule}] ' if self.rule else ''}{self.text} / {self.text_en}"


class FileProblems(Findings):
    """All problems of one import at once; nothing of it was taken."""

    def __init__(self, problems: list[LineProblem]) -> None:
        Exception.__init__(self, "\n".join(map(str, problems)))
        self.problems = problems
