"""The power goes, or a till is killed: what a bench needs for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.workstation.tills import Bench, notices, ok

IVAN, PETR = ("ivan", "1111"), ("petr", "2222")


class Killed(BaseException):
    """The process is gone: nothing of it may catch this."""


def cut(bench: Bench) -> None:
    """The process is gone without a word; another one starts on the same files."""
    bench.mirror.close()
    bench.memory.close()
    bench.start()


def beat(bench: Bench, seconds: float = 1) -> None:
    """The heart beats after so long."""
    bench.clock.move(seconds=seconds)
    bench.till.tick()


def told(bench: Bench, who: tuple[str, str] = IVAN) -> list[str]:
    """What the first to sign on hears."""
    return notices(ok(bench.till.sign_on(*who)))


@contextmanager
def writes(bench: Bench) -> Iterator[list[str]]:
    """The statements by which the front end writes meanwhile."""
    found: list[str] = []
    bench.memory.file.driver.set_trace_callback(
        lambda sql: found.append(sql) if sql.startswith(("INSERT", "UPDATE", "DELETE")) else None
    )
    try:
        yield found
    finally:
        bench.memory.file.driver.set_trace_callback(None)


def ids(bench: Bench) -> list[str]:
    """What the till's file has among the suspended receipts."""
    return [one.transaction_id for one in bench.memory.journal.suspended()]
