"""The old form of a marking code, for registrars before FFD 1.2."""

import pytest

from pos_app.domain.identification.old_marking import tag_1162_of_tobacco


def test_a_tobacco_pack_becomes_its_number_serial_and_price() -> None:
    made = tag_1162_of_tobacco("00000046198488X?io+qCABm8wAYa")
    assert made.hex() == "444d000002c0eed8583f696f2b714341426d382020"


@pytest.mark.parametrize("code", ["", "0" * 28, "A" * 29, "00000046198488X?io+qCABm8wAYя"])
def test_what_is_no_tobacco_pack_is_refused(code) -> None:
    with pytest.raises(ValueError, match="tobacco"):
        tag_1162_of_tobacco(code)
