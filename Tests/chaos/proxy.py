"""Proxies in front of the servers, which cut, refuse, freeze and slow down what passes through them."""

import asyncio
import contextlib
import threading

MODES = ("well", "refused", "frozen", "slow")
BLOCK = 1 << 16
DELAY = 0.05  # of each block, when it is slow


class Proxy:
    """One port in front of another; `mode` may be set from any thread."""

    def __init__(self, loop, port, target):
        self.loop, self.port, self.target = loop, port, target
        self.mode = "well"
        self.changed = asyncio.Event()
        self.writers = set()
        self.tasks = set()

    async def start(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", self.port)

    def set(self, mode):
        """Puts it into one of the modes; connections that are open are treated alike, or end when it refuses."""
        asyncio.run_coroutine_threadsafe(self.switch(mode), self.loop).result(10)

    def cut(self):
        """Ends all connections, once."""
        asyncio.run_coroutine_threadsafe(self.end_all(), self.loop).result(10)

    async def switch(self, mode):
        self.mode = mode
        before, self.changed = self.changed, asyncio.Event()
        before.set()
        if mode == "refused":
            await self.end_all()

    async def end_all(self):
        for writer in list(self.writers):
            with contextlib.suppress(OSError):
                writer.transport.abort()

    async def accept(self, reader, writer):
        if self.mode == "refused":
            writer.transport.abort()
            return
        self.writers.add(writer)
        target = None
        try:
            there, target = await asyncio.open_connection("127.0.0.1", self.target)
            self.writers.add(target)
            await asyncio.gather(self.forward(reader, target, writer), self.forward(there, writer, None))
        except OSError:
            pass
        finally:
            for end in filter(None, (writer, target)):
                self.writers.discard(end)
                end.transport.abort()

    async def forward(self, reader, writer, asker):
        """Passes on what one end sends; `asker` is that end if it is the one that asks."""
        while block := await reader.read(BLOCK):
            while self.mode == "frozen":
                await self.changed.wait()
            if self.mode == "slow":
                await asyncio.sleep(DELAY)
            block = self.passed(block, asker)
            if block is None:
                break
            writer.write(block)
            await writer.drain()
        # The other direction ends with this one.
        raise ConnectionResetError

    def passed(self, block, asker):
        """What goes on in place of the block; None ends the connection."""
        return block


class ObjectProxy(Proxy):
    """In front of the object store, it can also answer with errors, and with other bytes than those that are there."""

    def passed(self, block, asker):
        if self.mode == "failing" and asker is not None:
            asker.write(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return None
        if self.mode == "wrong" and asker is None:
            head, mark, body = block.partition(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 200") and b"image/" in head:
                return head + mark + bytes(byte ^ 0x55 for byte in body)
        return block


def start_loop():
    """An event loop on a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def start(loop, proxies):
    for proxy in proxies:
        asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(10)
