"""A listening socket whose answers leave at once. Never accepts anything itself."""

import socket


def tcp_listener(host: str, port: int, backlog: int) -> socket.socket:
    """Bound, listening, and saying that it is TCP, as then do the sockets that it accepts.

    Only to those asyncio gives `TCP_NODELAY`. Without it the body of an answer waits for the other
    side's acknowledgement of the head, which Linux holds back for 40 ms on every request of a
    connection but its first. `port` 0: any that is free. Raises OSError.
    """
    made = socket.create_server((host, port), backlog=backlog)
    return socket.socket(made.family, made.type, socket.IPPROTO_TCP, fileno=made.detach())
