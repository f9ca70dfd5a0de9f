"""The formats we can run. A new adapter is one line here."""

from tests.vectors import phones, scan
from tests.vectors.outcome import Adapter

ADAPTERS: tuple[Adapter, ...] = (scan.ADAPTER, phones.ADAPTER)
