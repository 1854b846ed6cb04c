"""A receiver in a process of its own that writes down what arrives, and what was lost or doubled by that."""

import argparse
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from tests.fakes import Answer, HttpReceiver, Received


@dataclass(frozen=True)
class Arrival:
    """One call: whose address, the message's id, the alert it is about, and how many calls were open then."""

    who: str
    message: str
    alert: str
    reason: str
    in_flight: int


@dataclass(frozen=True)
class Count:
    """What arrived against what had to: `doubled` with the same id, `renamed` the same news under another id."""

    lost: int
    doubled: int
    renamed: int
    most_in_flight: int

    @classmethod
    def of(cls, arrivals: list[Arrival], expected: int) -> Self:
        news = {(a.who, a.alert, a.reason) for a in arrivals}
        messages = {a.message for a in arrivals}
        return cls(
            lost=expected - len(news),
            doubled=len(arrivals) - len(messages),
            renamed=len(messages) - len(news),
            most_in_flight=max((a.in_flight for a in arrivals), default=0),
        )


@dataclass
class Book:
    """The receiver's book; `arrivals` reads what was written since `mark`."""

    url: str
    folder: Path
    _from: int = 0

    def mark(self) -> None:
        """Forget what has arrived."""
        self._from = self._file.stat().st_size

    def slow(self, seconds: float) -> None:
        """Let every answer take so long from now on."""
        (self.folder / "delay").write_text(str(seconds))

    def arrivals(self, reasons: Collection[str]) -> list[Arrival]:
        """The news of these reasons since the mark."""
        with self._file.open("rb") as file:
            file.seek(self._from)
            lines = file.read().split(b"\n")[:-1]
        parts = [line.decode().split(" ") for line in lines]
        return [Arrival(w, m, a, why, int(busy)) for w, m, a, why, busy in parts if why in reasons]

    @property
    def _file(self) -> Path:
        return self.folder / "arrivals"


@contextmanager
def receiving(folder: Path) -> Iterator[Book]:
    """The receiver, until the block ends."""
    folder.mkdir()
    (folder / "arrivals").touch()
    command = [sys.executable, "-m", "tests.bench.arrivals", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Book(process.stdout.readline().strip(), folder)
    finally:
        process.communicate(timeout=30)


def _receive(folder: Path) -> None:
    delay = folder / "delay"
    with (folder / "arrivals").open("a", buffering=1) as out, HttpReceiver() as receiver:

        def note(received: Received) -> Answer:
            out.write(" ".join((*_words(received), str(receiver.in_flight))) + "\n")
            return Answer(delay=float(delay.read_text()) if delay.exists() else 0.0)

        receiver.answer_with = note
        print(receiver.url, flush=True)
        sys.stdin.read()


def _words(received: Received) -> tuple[str, str, str, str]:
    """Who was told, the message's id, the alert's number, the reason – of ours, and of Alertmanager's calls."""
    body = orjson.loads(received.body)
    if "groupKey" in body:
        number = body["alerts"][0]["labels"]["n"]
        return number, number, number, "alertmanager"
    data = body["data"]
    who = received.path.rsplit("/", 1)[-1]
    return who, received.headers["webhook-id"], str(data["number"]), data["reason"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    _receive(parser.parse_args().folder)
