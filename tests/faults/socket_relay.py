"""Passes on to a unix socket what comes by TCP. A program, to be run in another network.

    socket_relay.py HOST SOCKET

Prints its port when it listens.
"""

import asyncio
import sys


async def pass_on(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def serve(reader, writer):
    other_reader, other_writer = await asyncio.open_unix_connection(sys.argv[2])
    await asyncio.gather(pass_on(reader, other_writer), pass_on(other_reader, writer))


async def main():
    server = await asyncio.start_server(serve, sys.argv[1], 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
