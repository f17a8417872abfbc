"""How many requests are worked on at a time: some in hand, a few more waiting, all others refused at once.

What waits is short enough to be answered well within CORE's 20 seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Busy(Exception):
    """So many requests wait that this one would not be answered soon."""


class Admission:
    """Lets requests in, and works on them in threads.

    Attributes:
        under_way: How many are in hand or wait.
    """

    def __init__(self, at_a_time: int, waiting: int) -> None:
        """Let in `at_a_time` requests, and `waiting` more that wait for them."""
        self.under_way = 0
        self._most = at_a_time + waiting
        self._threads = ThreadPoolExecutor(at_a_time, thread_name_prefix="answer")

    async def work(self, answer: Callable[[], Result], seconds: float) -> Result:
        """Return what a blocking function returns, worked on in its turn.

        Args:
            answer: The function.
            seconds: How long is waited for it; it keeps its place until it ends.

        Raises:
            Busy: It was not let in, or took too long.
        """
        if self.under_way >= self._most:
            raise Busy
        self.under_way += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, answer)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError:
            future.add_done_callback(_heard)
            raise Busy from None

    def _done(self, _future: asyncio.Future[Result]) -> None:
        self.under_way -= 1

    def close(self) -> None:
        """Let what is in hand end."""
        self._threads.shutdown(wait=True)


def _heard(future: asyncio.Future[Result]) -> None:
    """Take note of how a request ended that nobody waits for any more."""
    if not future.cancelled():
        future.exception()
