"""PostgreSQL 专有: what several processes need of each other – a bell that rings in all of them, and one leader.

Both live on dedicated autocommit connections: a NOTIFY inside a transaction makes all commits queue, and an
advisory lock belongs to its connection. Not through a transaction pooler.
"""

import threading
from typing import Any

import psycopg
import structlog

from service.bell import Bell, Topic

CHANNEL = "labour_watch"
LEADER_KEY = 0x6C77_0001  # any number that no other program on the database uses
RETRY_SECONDS = 1.0
log = structlog.get_logger()


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True, connect_timeout=5)


class Chime:
    """Carries rings between processes. A lost connection costs a poll of one second, never a row."""

    def __init__(self, url: str, bell: Bell) -> None:
        self._url = url
        self._bell = bell
        self._lock = threading.Lock()
        self._sender: psycopg.Connection[Any] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="chime", daemon=True)

    def start(self) -> None:
        """Begin to send and to listen."""
        self._bell.forward = self.send
        self._thread.start()

    def stop(self) -> None:
        self._bell.forward = None
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        with self._lock:
            self._drop()

    def send(self, topic: Topic) -> None:
        """Ring `topic` in the other processes."""
        with self._lock:
            try:
                self._sender = self._sender or _connect(self._url)
                self._sender.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(topic)))
            except psycopg.Error as error:
                log.warning("chime_not_sent", error=type(error).__name__)
                self._drop()

    def _drop(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with _connect(self._url) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._relay(connection)
            except psycopg.Error as error:
                log.warning("chime_not_heard", error=type(error).__name__)
                self._stop.wait(RETRY_SECONDS)

    def _relay(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            for notice in connection.notifies(timeout=0.5):
                self._bell.ring_here(Topic(notice.payload))


class Leader:
    """Whether this process is the one that ticks; the lock goes with the connection, so a killed leader frees it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None

    def leading(self) -> bool:
        """Try to lead, or make sure that we still do."""
        try:
            if self._connection is not None:
                self._connection.execute("SELECT 1")
                return True
            return self._try()
        except psycopg.Error as error:
            log.warning("leader_lost", error=type(error).__name__)
            self.stop()
            return False

    def _try(self) -> bool:
        connection = _connect(self._url)
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_KEY,)).fetchone()
        if row and row[0]:
            self._connection = connection
            return True
        connection.close()
        return False

    def stop(self) -> None:
        """Give the lead away."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
