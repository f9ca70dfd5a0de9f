"""`kopilka controls`: mistakes in a sentence, a sheet of one till, pages that a scanner reads."""

import io

import zxingcpp
from PIL import Image

from pos_app.domain.identification.control import COMMANDS, is_true
from pos_app.wiring.cli import main
from pos_app.wiring.memory import open_memory
from pos_app.workstation.control_codes import KEY
from tests.workstation.tills import Bench


def refused(order, capsys):
    assert main(["controls", *order]) == 2
    return capsys.readouterr().err


def test_every_key_is_read_back_from_the_sheet_and_a_new_one_makes_it_paper(tmp_path, capsys):
    Bench(tmp_path / "till").close()
    picture, pages = tmp_path / "keys.png", tmp_path / "keys.pdf"
    order = ["controls", "--data", str(tmp_path / "till"), "--png", str(picture)]
    assert main([*order, "--pdf", str(pages), "--language", "en"]) == 0
    assert "32 keys of Касса 1" in capsys.readouterr().err
    assert pages.read_bytes().startswith(b"%PDF")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.read_bytes())))
    assert {one.format.name for one in found} == {"Code128"}
    assert len({one.text for one in found}) == len(COMMANDS)

    def true_here():
        memory = open_memory(tmp_path / "till")
        key = memory.journal.recall(KEY)
        memory.close()
        return [is_true(key, one.text) for one in found]

    assert all(true_here())
    assert main([*order, "--replace"]) == 0
    assert all(true_here())
    assert main([*order, "--replace", "--renew"]) == 0
    assert not any(true_here())


def test_a_sheet_wants_a_till_and_a_place_to_go(tmp_path, capsys):
    assert "--pdf" in refused(["--data", str(tmp_path)], capsys)
    there = tmp_path / "there.pdf"
    assert "is no till" in refused(["--data", str(tmp_path), "--pdf", str(there)], capsys)
    there.write_bytes(b"mine")
    assert "--replace" in refused(["--data", str(tmp_path), "--pdf", str(there)], capsys)
    open_memory(tmp_path / "new").close()
    order = ["--data", str(tmp_path / "new"), "--png", str(tmp_path / "a.png")]
    assert "is not enrolled" in refused(order, capsys)
    assert there.read_bytes() == b"mine"
