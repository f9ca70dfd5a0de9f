"""A balance without a purchase.

The customer asks how many points there are: the cashier reads the card or types the phone and
says it, with the time it is known from. Never opens a transaction.
"""

from pos_app.workstation.answer import Answer, done, refused
from pos_app.workstation.identify_member import member_here, read_key
from pos_app.workstation.present import balance_view
from pos_app.workstation.pricing_task import know
from pos_app.workstation.station import Station


def balance(station: Station, by: str, value: str) -> Answer:
    """data["member"]: BalanceView. `by`: phone, card, code, id."""
    if station.operator is None:
        return refused("sign_on_first")
    read = value if by == "id" else read_key(station, by, value)
    if isinstance(read, Answer):
        return read
    key = station.gear.phones.phone_hmac(read).hex() if by == "phone" else read
    one, local = member_here(station, by, key)
    if one is None:
        return refused("unknown_phone" if by == "phone" else "unknown_member")
    return done(member=balance_view(station, know(station, one, local=local)))
