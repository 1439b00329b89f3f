"""python -m tests.hub: a Hub on loopback until it is ended."""

import argparse
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tests.hub.accounts import EXPIRED, READ, STRANGER, WRITE
from tests.hub.repository import StoreError
from tests.hub.server import Hub


def main() -> int:
    """Print the endpoint, then serve until a signal comes or the parent process has ended."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hub",
        description="A Hugging Face Hub for datasets on 127.0.0.1. Point a client at it with "
        "HF_ENDPOINT. It ends on a signal, or when the process that started it has ended.",
        epilog=f"Tokens: {WRITE} may write everywhere, {READ} may read everywhere, {STRANGER} is a "
        f"user with nothing but an own namespace, {EXPIRED} has expired.",
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="DIR",
        help="folder that keeps repositories between runs; without it they end with the server",
    )
    arguments = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    parent = os.getppid()
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        try:
            hub = Hub(arguments.store or Path(folder), arguments.port)
        except (OSError, StoreError) as error:
            print(f"cannot start: {error}", file=sys.stderr)
            return 2
        with hub:
            print(hub.endpoint, flush=True)
            while os.getppid() == parent and not ended.wait(0.5):
                pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
