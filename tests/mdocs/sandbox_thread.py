"""The sandbox in a thread of the test, so that a clock that the test sets is its clock too."""

import asyncio
from threading import Event, Thread

from aiohttp import web

from mdocs.sandbox.app import make_app
from mdocs.sandbox.ministry import Ministry
from tests.mdocs.sandbox_process import START_TIMEOUT, Sandbox


class SandboxInThread(Sandbox):
    """The same server and the same doors as `Sandbox`, without a process of its own."""

    def start(self) -> None:
        """Start it on a free port and wait until it answers."""
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), daemon=True, name="sandbox")
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT):
            raise RuntimeError("the sandbox did not start")

    def stop(self) -> int:
        """End it."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(START_TIMEOUT)
        return 0

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        ministry = Ministry(None)
        runner = web.AppRunner(make_app(ministry), access_log=None, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, self.host, 0).start()
        self.port = int(runner.addresses[0][1])
        self._ready.set()
        await self._done.wait()
        await runner.cleanup()
        ministry.close()
