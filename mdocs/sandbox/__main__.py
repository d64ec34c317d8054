"""Entry point: `python -m mdocs.sandbox` starts the stand-in for mDokumenty."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

from aiohttp import web

from mdocs.sandbox.app import make_app
from mdocs.sandbox.ministry import Ministry

SHUTDOWN_TIMEOUT = 0.05  # seconds: answers may hang on purpose, nobody waits for them; 0 would mean for ever


def main() -> int:
    """Serve until SIGTERM or Ctrl-C. Returns the exit code: 1, with one line on stderr, for a false start."""
    arguments = _arguments()
    try:
        ministry = Ministry(arguments.data)
    except sqlite3.Error as error:
        return _fail(f"cannot use the data file {arguments.data}: {error}")
    try:
        asyncio.run(_serve(make_app(ministry, arguments.portal), arguments.host, arguments.port))
    except OSError as error:
        return _fail(f"cannot listen on {arguments.host}:{arguments.port}: {error.strerror or error}")
    finally:
        ministry.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mdocs.sandbox", description="A stand-in for mDokumenty.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (8001); 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep the state in this SQLite file")
    parser.add_argument("--portal", default="", metavar="URL", help="address of the portal, for a link to it")
    return parser.parse_args()


async def _serve(app: web.Application, host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # No access log: an address holds a client reference.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    address = runner.addresses[0]
    sys.stderr.write(f"mDokumenty sandbox: http://{host}:{address[1]}/\n")
    sys.stderr.flush()
    await stop.wait()
    await runner.cleanup()


def _fail(reason: str) -> int:
    sys.stderr.write(f"mDokumenty sandbox: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
