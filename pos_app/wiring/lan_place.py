"""Where the tills of a store hear each other, from the till's configuration. Opens nothing.

`lan.listen`: `host:port` at which this till answers the others of its store; `lan.peers`: where
they answer, as URLs. Either may be missing; without both a till knows no neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class LanPlace:
    """Where this till listens (host and port, None: nowhere) and where the others do."""

    listen: tuple[str, int] | None = None
    peers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.listen is not None or bool(self.peers)


def lan_place(config: Mapping[str, Any]) -> LanPlace:
    """From the table `lan` of a till's configuration; ValueError with a sentence."""
    return lan_of(str(config.get("listen", "")), [str(url) for url in config.get("peers", ())])


def lan_of(listen: str, peers: Sequence[str]) -> LanPlace:
    """From texts; ValueError for an address or a URL that is none."""
    for url in peers:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"lan.peers: {url!r} is no URL like http://192.168.1.12:8790")
    if not listen:
        return LanPlace(None, tuple(peers))
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise ValueError(f"lan.listen: {listen!r} is no address like 192.168.1.11:8790")
    return LanPlace((host.strip("[]"), int(port)), tuple(peers))


def lan_arguments(config: Mapping[str, Any]) -> list[str]:
    """The same as arguments of the courier's command line."""
    place = lan_place(config)
    listen = ["--lan-listen", str(config["listen"])] if place.listen else []
    return listen + [word for url in place.peers for word in ("--lan-peer", url)]


ALONE = LanPlace()
"""A till that knows no neighbours."""
