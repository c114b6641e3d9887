"""Calls in threads: how many there are, and what becomes of those that nobody waits for any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from shopthelook.pipeline import giving_up
from shopthelook.pipeline.giving_up import GivenUp
from shopthelook.pipeline.stages import stage
from shopthelook.serving.errors import ApiError
from shopthelook.serving.workers import Workers


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not reached():
            await asyncio.sleep(0.001)


def test_a_call_that_is_given_up_is_counted_until_its_thread_ends() -> None:
    async def scenario() -> None:
        pool = Workers("one", threads=1, queue=0)
        begun, release = threading.Event(), threading.Event()
        ended: list[str] = []

        def call() -> None:
            begun.set()
            assert release.wait(60)
            try:
                with stage("detect"):
                    ended.append("detected")
            except GivenUp:
                ended.append("given up")
                raise

        task = asyncio.create_task(pool.run(call))
        await until(begun.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The thread is still at it: there is no room for another call.
        assert pool.pending == 1
        with pytest.raises(ApiError):
            await pool.run(lambda: None)
        release.set()
        await until(lambda: pool.pending == 0)
        assert ended == ["given up"]
        assert await pool.run(lambda: "next") == "next"
        pool.close()

    asyncio.run(scenario())


def test_a_call_that_is_given_up_while_it_waits_never_begins() -> None:
    async def scenario() -> None:
        pool = Workers("one", threads=1, queue=1)
        begun, release = threading.Event(), threading.Event()
        ran: list[str] = []
        first = asyncio.create_task(pool.run(lambda: (begun.set(), release.wait(60))))
        await until(begun.is_set)
        second = asyncio.create_task(pool.run(ran.append, "second"))
        await until(lambda: pool.waiting == 1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert pool.pending == 1
        release.set()
        await first
        assert pool.pending == 0
        assert ran == []
        pool.close()

    asyncio.run(scenario())


def test_a_call_that_fails_is_over() -> None:
    async def scenario() -> None:
        pool = Workers("one", threads=1, queue=0)

        def broken() -> None:
            raise ValueError("broken")

        for _ in range(3):
            with pytest.raises(ValueError, match="broken"):
                await pool.run(broken)
            assert pool.pending == 0
        pool.close()

    asyncio.run(scenario())


def test_what_nobody_can_give_up_goes_on() -> None:
    assert giving_up.asker() is None
    giving_up.check()
