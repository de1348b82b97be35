"""One writer an index: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from retrieval.errors import IndexLockedError


class WriteLock:
    """Held from ``__enter__`` to ``__exit__``; raises ``IndexLockedError`` at once where another holds it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> WriteLock:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._file.open("a+", encoding="utf-8")
        try:
            _lock(self._handle.fileno())
        except OSError as error:
            self._handle.seek(0)
            holder = self._handle.read().strip() or "unknown"
            self._handle.close()
            raise IndexLockedError(
                f"Another process (id {holder}) is writing to the index in {self._file.parent}. "
                "Wait until it is done or stop it, then run the same command."
            ) from error
        self._handle.truncate(0)
        self._handle.write(str(os.getpid()))
        self._handle.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
