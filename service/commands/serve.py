"""运行: `serve` is everything in one process, `web` and `worker` are its two halves on PostgreSQL."""

import contextlib
import gc
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from service.app import Instance, assemble, web
from service.clock import Clock, SystemClock
from service.commands.context import Dir, connect, settings_of
from service.commands.instance import sealer_of, warn_if_differs
from service.errors import Failure, WrongUse
from service.rulebook.folder import read_folder
from service.settings import Settings
from service.shipped import shipped
from service.worker import Worker

Host = Annotated[str, typer.Option(help="监听地址 / address to listen on")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="监听端口 / port to listen on")]
log = structlog.get_logger()


@contextlib.contextmanager
def running_instance(settings: Settings, clock: Clock) -> Iterator[Instance]:
    """The assembled instance of a folder that `init` has prepared."""
    instance = assemble(settings, connect(settings), clock, sealer_of(settings))
    try:
        with instance.db.read() as session:
            instance.library.shelf(session)
            warn_if_differs(session, read_folder(settings.rules or shipped("rules")))
        instance.listen()
        yield instance
    finally:
        instance.close()


def serve(directory: Dir = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """一个进程里运行全部：接口、评分、通知、定时 / everything in one process: API, assessing, delivering, ticks."""
    serve_all(settings_of(directory), host, port)


def serve_all(settings: Settings, host: str, port: int) -> None:
    """Run web and worker in this process until SIGINT or SIGTERM."""
    with running_instance(settings, SystemClock()) as instance:
        listen(web(instance, instance.worker()), host, port)


def web_only(directory: Dir = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """只运行接口（PostgreSQL）/ the API alone (PostgreSQL)."""
    settings = _on_postgres(settings_of(directory))
    with running_instance(settings, SystemClock()) as instance:
        listen(web(instance, None), host, port)


def worker_only(directory: Dir = None) -> None:
    """只运行后台（PostgreSQL），可多个，其中一个主持定时 / the background alone (PostgreSQL); any number, one leads."""
    settings = _on_postgres(settings_of(directory))
    with running_instance(settings, SystemClock()) as instance:
        work(instance.worker())


def work(worker: Worker) -> None:
    """Run the worker until SIGINT or SIGTERM."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    settle_memory()
    worker.start()
    log.info("worker_started")
    done.wait()
    worker.stop()


def listen(app: FastAPI, host: str, port: int) -> None:
    """Serve `app` until SIGINT or SIGTERM. Raises Failure when the port is taken."""
    bound = bind(host, port)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, http="httptools", ws="none", timeout_graceful_shutdown=10
    )
    settle_memory()
    log.info("listening", url=f"http://{host}:{bound.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[bound])


def settle_memory() -> None:
    """What has been loaded by now stays: the garbage collector need not look at it again while somebody waits."""
    gc.collect()
    gc.freeze()


def bind(host: str, port: int) -> socket.socket:
    """A socket on the port. Raises Failure when it is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise Failure(
            f"无法监听 {host}:{port}（{error.strerror}），请换一个 --port",
            f"cannot listen on {host}:{port} ({error.strerror}); take another --port",
        ) from error
    return bound


def _on_postgres(settings: Settings) -> Settings:
    if not settings.database_url:
        raise WrongUse(
            "SQLite 上只能用 serve；web 和 worker 需要 LABOUR_WATCH_DATABASE_URL 指向 PostgreSQL",
            "on SQLite use `serve`; `web` and `worker` need PostgreSQL in LABOUR_WATCH_DATABASE_URL",
        )
    return settings
