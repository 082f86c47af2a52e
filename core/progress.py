"""How far a long run is: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import IO, Self, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask

_QUIET_SECONDS = 15.0  # between two plain lines


class _Rate(TextColumn):
    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: RichTask):  # type: ignore[no-untyped-def]  # rich's own return type is a Text
        self.text_format = f"{task.speed or 0:.1f}/s"
        return super().render(task)


class Meter:
    """Counts up to ``total``; use as a context manager and call ``advance`` for each piece or several."""

    def __init__(self, label: str, total: int, stream: OutputWrapper) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._done, self._started, self._said = 0, time.monotonic(), time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
        self._bar = Progress(*columns, TimeRemainingColumn(), console=Console(file=cast(IO[str], stream)))
        self._task = self._bar.add_task(label, total=total)

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream.isatty():
            self._bar.stop()
        elif self._done:
            self._line()

    def advance(self, pieces: int = 1) -> None:
        """So many more pieces are done."""
        self._done += pieces
        if self._stream.isatty():
            self._bar.advance(self._task, pieces)
        elif time.monotonic() - self._said >= _QUIET_SECONDS:
            self._line()

    def _line(self) -> None:
        self._said = time.monotonic()
        rate = self._done / max(self._said - self._started, 0.001)
        left = (self._total - self._done) / rate
        self._stream.write(f"{self._label}: {self._done} of {self._total}, {rate:.1f}/s, {left:.0f} s left\n")
        self._stream.flush()
