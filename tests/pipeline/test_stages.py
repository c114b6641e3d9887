"""Who listens to the stages of a search hears all of them, and nobody else's."""

from __future__ import annotations

import threading

import pytest

from shopthelook.pipeline.stages import Stage, listening, stage


def test_stages_are_told_with_their_seconds() -> None:
    heard: list[tuple[Stage, float]] = []
    with listening(lambda name, seconds: heard.append((name, seconds))):
        with stage("decode"), stage("detect"):
            pass
        with pytest.raises(ValueError, match="broken"), stage("embed"):
            raise ValueError("broken")
    with stage("retrieve"):
        pass
    assert [name for name, _ in heard] == ["detect", "decode", "embed"]
    assert all(seconds >= 0 for _, seconds in heard)


def test_another_thread_is_not_listened_to() -> None:
    heard: list[Stage] = []

    def elsewhere() -> None:
        with stage("detect"):
            pass

    with listening(lambda name, _: heard.append(name)):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert heard == []
