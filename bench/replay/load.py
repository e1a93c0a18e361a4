"""Sends requests at a fixed rate, whatever the answers take, and measures from the instant when each was due."""

import asyncio
import time

CONNECTIONS = 64


class Connection:
    """One request at a time."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.writer = None

    async def request(self, data):
        """The status of the answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(data)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
        await self.reader.readexactly(length)
        return int(lines[0].split()[1])


async def send(host, port, rate, seconds, make_request):
    """(seconds, status) of each request; the status is 0 where no answer came."""
    answers = []
    due = iter(range(rate * seconds))
    begin = time.monotonic() + 0.1

    async def work():
        connection = Connection(host, port)
        for number in due:
            at = begin + number / rate
            await asyncio.sleep(max(0, at - time.monotonic()))
            try:
                status = await connection.request(make_request(number))
            except (OSError, asyncio.IncompleteReadError):
                connection, status = Connection(host, port), 0
            answers.append((time.monotonic() - at, status))

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return answers
