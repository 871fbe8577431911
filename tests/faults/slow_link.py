"""A relay that passes on every byte late, as a long way does, or loses the answers."""

import asyncio
import threading


class SlowLink:
    """Listens on `address`, and passes on to another what comes, `delay` seconds later, and back:
    no answer while `loses_answers`. `asked` is how many bytes have come from clients."""

    def __init__(self, target, delay=0):
        self.loses_answers = False
        self.asked = 0
        self._host, port = target.rsplit(":", 1)
        self._port = int(port)
        self._delay = delay
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._tasks = set()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            other_reader, other_writer = await asyncio.open_connection(self._host, self._port)
        except ConnectionError:
            writer.close()
            return
        await asyncio.gather(self._pass_on(self._questions(reader), other_writer),
                             self._pass_on(self._answers(other_reader), writer))

    async def _questions(self, reader):
        while data := await self._read(reader):
            self.asked += len(data)
            yield data

    async def _answers(self, reader):
        while data := await self._read(reader):
            if not self.loses_answers:
                yield data

    @staticmethod
    async def _read(reader):
        try:
            return await reader.read(65536)
        except ConnectionError:
            return b""

    async def _pass_on(self, pieces, writer):
        async for data in pieces:
            self._loop.call_later(self._delay, writer.write, data)
        self._loop.call_later(self._delay, writer.close)

    async def _end(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self):
        """Ends all connections."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
