"""What the server's word about a till's head means for the database that asked. Never a receipt.

Without a signed receipt a head may only take acknowledgements away (docs/algorithms/sync.md).
"""

from sync.client.ports import Position

UNTOLD = -1


def head_of_ours(own: Position, incarnation: int, head: int, former_head: int = UNTOLD) -> int:
    """Up to which of our events the server has them, if `head` is told of `incarnation`.

    `incarnation`: 0 from a server that does not name it, then it is ours. `former_head`: of our
    own life, where a later one is in force. A server that only knows an earlier life was put back
    to before it heard of ours: it has nothing of it, however long that other chain is.
    """
    if incarnation in (0, own.incarnation):
        return head
    if incarnation < own.incarnation:
        return 0
    return own.acked if former_head <= UNTOLD else former_head
