"""Benefits without a money effect, as written in the program. Never who has them.

A manager on call, delivery, early access: the cashier and the member see them, nothing is priced.
"""

from dataclasses import dataclass, field

from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One benefit: whose it is says `when` (tiers, segments, birthday, days and hours).

    `details` is what the cashier reads out or does, by language.
    """

    entitlement_id: str
    names: dict[str, str]
    details: dict[str, str] = field(default_factory=dict)
    when: When = field(default_factory=When)

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.entitlement_id)

    def detail(self, language: str) -> str:
        """What to do, in a language, else in any; "" for nothing more than the name."""
        return self.details.get(language) or next(iter(self.details.values()), "")


def read_entitlement(doc: Reader) -> Entitlement:
    """One of `entitlements`."""
    found = Entitlement(
        entitlement_id=doc.text("id"),
        names=doc.names("name"),
        details=doc.names("details"),
        when=read_when(doc.child("when")),
    )
    doc.finish()
    if not found.names:
        doc.fault("name", "is needed: it is all that people see of it")
    return found
