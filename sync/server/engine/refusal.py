"""What the server says when it cannot do what it was asked. Never a stack trace."""

from dataclasses import dataclass

from sync.wire.messages import Problem


@dataclass(eq=False)
class Refusal(Exception):
    """An answer that is not a 200. Raised, it rolls the transaction back; returned, it does not.

    401 who are you, 404 unknown, 409 gap, 410 fenced, 412 another epoch, 413 too large,
    422 fork or other content, 426 protocol, 429 too often, 503 not yet.
    """

    status: int
    problem: Problem
    retry_after_s: int = 0


def refuse(status: int, code: str, detail: str = "") -> Refusal:
    """A refusal without more to say."""
    return Refusal(status, Problem(code, detail))


def too_often(code: str, wait_s: int) -> Refusal:
    """Come again later: 429 with Retry-After."""
    refusal = refuse(429, code)
    refusal.retry_after_s = wait_s
    return refusal


def again_later(code: str, wait_s: int) -> Refusal:
    """What is asked for is being made: 503 with Retry-After."""
    refusal = refuse(503, code)
    refusal.retry_after_s = wait_s
    return refusal
