"""The formats we can run. A new adapter is one line here."""

from tests.vectors import phones, scan
from tests.vectors.outcome import Adapter
from tests.vectors.pricing import run as pricing

ADAPTERS: tuple[Adapter, ...] = (scan.ADAPTER, phones.ADAPTER, pricing.ADAPTER)
