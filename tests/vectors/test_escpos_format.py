"""Further files of the format `escpos_vectors/1` are run too, and a wrong case is seen."""

import copy
import json
from pathlib import Path

import pytest

from tests.vectors import escpos

VECTORS = Path(__file__).parents[1] / "data" / "vectors"
GIVEN = json.loads((VECTORS / "escpos.json").read_text(encoding="utf-8"))


def differences(tmp_path, data) -> dict[str, str]:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return {one.case_id: one.difference for one in escpos.run(path) if one.difference}


def test_a_file_with_only_some_parts_and_several_receipts_is_run(tmp_path) -> None:
    data = {"format": GIVEN["format"], "full_receipt": [GIVEN["full_receipt"]] * 2}
    assert differences(tmp_path, data) == {}
    data = {"format": GIVEN["format"], "sequences": GIVEN["sequences"][:3]}
    assert differences(tmp_path, data) == {}


@pytest.mark.parametrize(
    ("hexadecimal", "tokens"),
    [
        ("1b2003", ["ESC SP"]),
        ("1d284c0600304530300101", ["GS ( L"]),
        ("1d384c0b00000030433030300108000100311b", None),
        ("1b4c1b530c", ["ESC L", "ESC S", "FF"]),
        ("1b5700000000000000001b54021b4a18", ["ESC W", "ESC T", "ESC J"]),
        ("1b2a2102000102030405060a", ["ESC *", "LF"]),
        ("1b4408101800", ["ESC D"]),
        ("1c2e1c700100", ["FS .", "FS p"]),
        ("1d494300", None),
        ("1d67300101001d6732000000", ["GS g", "GS g"]),
        ("10140801031401060208", ["DLE DC4"]),
        ("100502", ["DLE ENQ"]),
        ("10040701", ["DLE EOT"]),
        ("1b6330021b633501", ["ESC c", "ESC c"]),
        ("1d2a0101ffffffffffffffff1d2f00", ["GS *", "GS /"]),
        ("1c7101010001000102030405060708", ["FS q"]),
        ("1b260341410101020341", ["ESC &", "Text"]),
        ("1d43300102", ["GS C"]),
    ],
)
def test_every_documented_command_is_cut_at_its_end(tmp_path, hexadecimal, tokens) -> None:
    row = {"id": "x", "hex": hexadecimal}
    if tokens is None:
        assert differences(tmp_path, {"sequences": [row]}).keys() <= {"x"}
    else:
        assert differences(tmp_path, {"sequences": [row | {"tokens_emupos": tokens}]}) == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["sequences"][0].update(tokens_emupos=["ESC !"]),
        lambda d: d["sequences"][7].update(text="Скидка 6%"),
        lambda d: d["sequences"][20].update(expects_reply=2),
        lambda d: d["sequences"].append({"id": "x", "hex": "1b7f"}),
        lambda d: d["status_replies"][0]["decoded"].update(online=False),
        lambda d: d["status_replies"][7]["decoded"].update(error=False),
        lambda d: d["status_replies"][9]["decoded"].update(error=True),
        lambda d: d["status_replies"][2].update(reply_hex="12"),
        lambda d: d["full_receipt"].update(expect_text=["ООО РОЗА"]),
        lambda d: d["full_receipt"].update(expect_codes=[["QR", "x"]]),
        lambda d: d["full_receipt"].update(hex="1b7f" + d["full_receipt"]["hex"]),
    ],
)  # fmt: skip
def test_a_wrong_case_is_seen(tmp_path, spoil) -> None:
    data = copy.deepcopy(GIVEN)
    spoil(data)
    assert len(differences(tmp_path, data)) == 1
