"""Sizes of everything, from millimetres, text scale and the window. Never a widget."""

from dataclasses import dataclass

WIDE_PX = 1200
TIGHT_PX = 900
LOW_PX = 640
TALL_PX = 900
DESIGN_PX_PER_MM = 4.0
PLAUSIBLE_PX_PER_MM = (2.4, 12.0)
TARGET_MM = 12
BIG_TARGET_MM = 20


def plausible_px_per_mm(width_px: int, width_mm: float) -> float:
    """What the screen says of itself, or that of a 15-inch till screen where it talks nonsense."""
    said = width_px / width_mm if width_mm > 0 else 0.0
    low, high = PLAUSIBLE_PX_PER_MM
    return said if low <= said <= high else DESIGN_PX_PER_MM * 0.95


@dataclass(frozen=True, slots=True)
class Metrics:
    """Pixels of one window. `scale` is 1.0, 1.25 or 1.5."""

    width: int
    height: int
    px_per_mm: float = 3.8
    scale: float = 1.0

    @property
    def unit(self) -> float:
        """One design pixel: text keeps its physical size on dense screens and grows with scale."""
        return self.scale * max(1.0, self.px_per_mm / DESIGN_PX_PER_MM)

    def px(self, design: float) -> int:
        """Design pixels as pixels."""
        return round(design * self.unit)

    @property
    def is_narrow(self) -> bool:
        """Below 1200 design pixels columns merge."""
        return self.width < WIDE_PX * self.unit

    @property
    def is_low(self) -> bool:
        """Little height: gaps shrink, nothing is left out."""
        return self.height < LOW_PX * self.unit

    @property
    def is_tall(self) -> bool:
        """So much height that letters stand under the totals, not in their place."""
        return self.height >= TALL_PX * self.unit

    @property
    def is_tight(self) -> bool:
        """So narrow that a long name takes two lines."""
        return self.width < TIGHT_PX * self.unit

    @property
    def body(self) -> int:
        """Body text."""
        return self.px(16)

    @property
    def small(self) -> int:
        """Secondary text."""
        return self.px(14)

    @property
    def medium(self) -> int:
        """Buttons that matter, the field."""
        return self.px(18)

    @property
    def heading(self) -> int:
        """Headings of panels."""
        return self.px(20)

    @property
    def figure(self) -> int:
        """Points, change in the panel."""
        return self.px(24 if self.is_low else 30)

    @property
    def total(self) -> int:
        """The amount due: the largest thing on the screen, larger where there is height for it."""
        return max(40, self.px(42 if self.is_low else 64 if self.is_tall else 48))

    @property
    def gap(self) -> int:
        """Between cards."""
        return 8 if self.is_low else self.px(12)

    @property
    def pad(self) -> int:
        """Inside cards."""
        return 10 if self.is_low else self.px(18 if not self.is_narrow else 14)

    @property
    def target(self) -> int:
        """Least side of what a finger must hit: 12 mm, and room for its text."""
        return max(round(TARGET_MM * self.px_per_mm), self.px(44) if not self.is_low else 0)

    @property
    def big_target(self) -> int:
        """Paying and the number pad: 20 mm; on a low window no more than a tenth of it."""
        wanted = round(BIG_TARGET_MM * self.px_per_mm)
        return max(self.target, min(wanted, self.height // 10) if self.is_low else wanted)

    @property
    def side(self) -> int:
        """Width of the panel beside the lines."""
        wanted = self.px(400) if not self.is_narrow else self.px(336)
        return max(4 * self.target, min(wanted, round(self.width * 0.38)))
