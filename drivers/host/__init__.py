"""The process that owns all devices; one file a kind for what the till may ask.

Never knows what a shop sells.
"""

from drivers.host.kinds import REQUESTS
from drivers.host.process import Host, main, run
from drivers.host.request import Handler, Request, RequestError

__all__ = ["REQUESTS", "Handler", "Host", "Request", "RequestError", "main", "run"]
