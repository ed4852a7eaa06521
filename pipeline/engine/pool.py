"""Work in processes that may die: tasks are retried, workers never outlive their parent.

What belongs here: starting worker processes, noticing that one was killed, trying its tasks again.
What does not: what a task does (local).
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TypeVar

from pipeline.engine.engine import EngineError
from pipeline.engine.openfiles import allow_many

T = TypeVar("T")
_MAX_DEATHS = 2
_WATCH_SECONDS = 0.5


class Pool:
    """`workers` processes; with one, tasks run in this process.

    A worker that is killed costs its own task one more try. A task that kills two workers stops
    the step, by name. Workers are spawned, not forked: threads and locks of the caller stay out.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError("workers must be at least 1")
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def run(self, tasks: Sequence[tuple[str, Callable[[], T]]]) -> Iterator[tuple[str, T]]:
        """(name, result) of each named task, as they finish.

        Raises what a task raises, and `EngineError` for a task that kills its worker twice.
        """
        if self.workers == 1 or len(tasks) <= 1:
            for name, task in tasks:
                yield name, task()
            return
        waiting = dict(tasks)
        while waiting:
            try:
                for name, result in self._together(waiting):
                    del waiting[name]
                    yield name, result
            except BrokenProcessPool:
                self._kill()
                self._stop()
                # The killer is among the tasks that had begun: the first that are not done.
                for name in list(waiting)[: 2 * self.workers + 1]:
                    yield name, self._alone(name, waiting.pop(name))

    def _together(self, tasks: dict[str, Callable[[], T]]) -> Iterator[tuple[str, T]]:
        if self._executor is None:
            self._executor = _executor(self.workers)
        futures: dict[Future[T], str] = {
            self._executor.submit(task): name for name, task in tasks.items()
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()

    def _alone(self, name: str, task: Callable[[], T]) -> T:
        """One task with a worker of its own, tried again if that worker is killed."""
        for _ in range(_MAX_DEATHS):
            try:
                with _executor(1) as executor:
                    return executor.submit(task).result()
            except BrokenProcessPool:
                continue
        raise EngineError(
            f"{name} killed its worker {_MAX_DEATHS} times; it may need more memory than there is"
        )

    def _kill(self) -> None:
        """End all workers where one was killed.

        The executor asks them to end and, from Python 3.12 on, waits for ever if they don't hear:
        they ignore SIGTERM where this process did when it started them.
        """
        if self._executor is not None:
            for worker in list(self._executor._processes.values()):
                worker.kill()

    def _stop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _executor(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(os.getpid(),),
    )


def _begin(parent: int) -> None:
    """What a worker does first."""
    allow_many()
    _watch(parent)


def _watch(parent: int) -> None:
    """End this worker when its parent dies: nobody else would, for minutes."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=look, daemon=True, name="parent-watch").start()
