"""Check digits of labels and payment cards. Never decides what a number is."""

import re

_CARD_RUN = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){14,15}(?![0-9])")
_PAYMENT_STARTS_16 = (("3", "6"), ("2200", "2205"), ("2221", "2721"))
"""Leading digits of 16-digit payment cards, first included, last not: 3 to 5 (JCB, Visa,
Mastercard, Maestro), Mir, Mastercard's second range (ISO/IEC 7812)."""


def is_digits(text: str) -> bool:
    """Only 0-9: Unicode has other digits, which no label carries."""
    return text.isascii() and text.isdigit()


def has_gs1_check_digit(digits: str) -> bool:
    """Whether the last digit is the modulo 10 check of the others (GS1 GenSpecs, 7.9.1)."""
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


def gs1_check_digit(payload: str) -> str:
    """The digit to put behind `payload`."""
    return next(d for d in "0123456789" if has_gs1_check_digit(payload + d))


def has_luhn_digit(digits: str) -> bool:
    """Whether the last digit is the Luhn check of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def holds_payment_card(text: str) -> bool:
    """Whether a payment card number stands in the text: plain, grouped or as track data."""
    return any(is_payment_card(re.sub("[ -]", "", run)) for run in _CARD_RUN.findall(text))


def is_payment_card(digits: str) -> bool:
    """Whether a number must be taken for a payment card: refused, not stored, not logged."""
    if not is_digits(digits) or not has_luhn_digit(digits):
        return False
    if len(digits) == 15:
        return digits.startswith(("34", "37"))
    return len(digits) == 16 and any(
        low <= digits[: len(low)] < high for low, high in _PAYMENT_STARTS_16
    )
