"""Screens for tests: a stream that says of itself what a terminal or a pipe says."""

from __future__ import annotations

import io

from services.cli.terminal import Screen


class Stream(io.TextIOWrapper):
    """A stream in memory."""

    def __init__(self, *, tty: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def a_screen(*, lined: bool = True, coloured: bool = False, unicode: bool = True, encoding: str = "utf-8") -> Screen:
    """Give a screen in memory, on which people look unless told otherwise."""
    return Screen(Stream(tty=lined, encoding=encoding), lined, coloured, unicode)


def written(screen: Screen) -> str:
    """Give what was written to a screen in memory."""
    screen.flush()
    stream = screen.stream
    assert isinstance(stream, Stream)
    stream.seek(0)
    return stream.read()
