"""What a drawer's sensor level means; it differs per drawer. Never guesses before calibration."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Polarity:
    """Levels read while a person saw the drawer open and closed; None until then."""

    open_high: bool | None = None
    closed_high: bool | None = None

    @classmethod
    def known(cls, open_high: bool | None) -> "Polarity":
        """From configuration: None when never calibrated."""
        return cls() if open_high is None else cls(open_high, not open_high)

    @property
    def known_level(self) -> bool | None:
        """What `known` was given, or what two readings taught; None while nobody can tell."""
        return self.open_high if self.is_open(self.open_high) else None

    def learn(self, is_open: bool, level_high: bool) -> "Polarity":
        """A person says the drawer is open (or closed) while the sensor reads `level_high`."""
        if is_open:
            return replace(self, open_high=level_high)
        return replace(self, closed_high=level_high)

    def is_open(self, level_high: bool | None) -> bool | None:
        """None without a level, before both readings, or when both were equal (no sensor)."""
        incomplete = level_high is None or self.open_high is None or self.closed_high is None
        if incomplete or self.open_high == self.closed_high:
            return None
        return level_high == self.open_high
