"""What a till remembers of the programmes it has priced by. Never decides which one is in force."""

from dataclasses import dataclass, field

from pos_app.domain.loyalty.standing import Status
from pos_app.domain.pricing.engine import Engine


@dataclass
class InForce:
    """Engines by content hash of their programme. `key` and `document`: what the mirror said when
    it was asked last; `held`: it is not asked now. `standing`: of whom, told by what, and what.
    """

    engines: dict[str, Engine] = field(default_factory=dict)
    key: tuple[str, str] = ("", "")
    document: bytes = b""
    held: bool = False
    standing: tuple[object, tuple[object, ...], Status] | None = None
