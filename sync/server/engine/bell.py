"""Tells waiting tasks of this process that there is something. Never the truth: they look again."""

import asyncio


class Bell:
    """Two bells: the inbox (for the poster) and the feed (for long polls)."""

    def __init__(self) -> None:
        self._inbox = asyncio.Event()
        self._feed = asyncio.Event()
        self.closing = False

    def close(self) -> None:
        """The server ends: nobody waits any longer, long polls are answered with what there is."""
        self.closing = True
        self.ring_feed()

    def ring_inbox(self) -> None:
        """A batch was stored, or a grant waits to be told."""
        self._inbox.set()
        self._inbox = asyncio.Event()

    def ring_feed(self) -> None:
        """Rows have new versions."""
        self._feed.set()
        self._feed = asyncio.Event()

    def inbox_rung(self) -> asyncio.Event:
        """Take it before looking: it is set by the next ring, even one during the look."""
        return self._inbox

    def feed_rung(self) -> asyncio.Event:
        """The same for the feed."""
        return self._feed
