"""The formats we can run. A new adapter is one line here."""

from tests.vectors import device_frames, escpos, phones, scan
from tests.vectors.outcome import Adapter
from tests.vectors.pricing import run as pricing

ADAPTERS: tuple[Adapter, ...] = (
    scan.ADAPTER,
    phones.ADAPTER,
    pricing.ADAPTER,
    escpos.ADAPTER,
    device_frames.ADAPTER,
)
