"""A relay that passes on every byte late, as a long way does."""

import asyncio
import threading


class SlowLink:
    """Listens on `address`, and passes on to another what comes, `delay` seconds later, and back."""

    def __init__(self, target, delay):
        self._host, port = target.rsplit(":", 1)
        self._port = int(port)
        self._delay = delay
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._tasks = set()
        server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        other_reader, other_writer = await asyncio.open_connection(self._host, self._port)
        await asyncio.gather(self._pass_on(reader, other_writer),
                             self._pass_on(other_reader, writer))

    async def _pass_on(self, reader, writer):
        while True:
            try:
                data = await reader.read(65536)
            except ConnectionError:
                data = b""
            self._loop.call_later(self._delay, writer.write if data else writer.close,
                                  *([data] if data else []))
            if not data:
                return

    async def _end(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self):
        """Ends all connections."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
