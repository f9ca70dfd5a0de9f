"""`kopilka cards` and `kopilka labels`: files, a real (virtual) printer, and mistakes in words."""

import io
import json
from pathlib import Path

import zxingcpp
from PIL import Image

from drivers.fake import VirtualRig
from pos_app.wiring.cli import main

FONT = Path(__file__).parents[3] / "resources" / "fonts" / "JetBrainsMono-Regular.ttf"
GOODS = "ean,name,unit,price_kop\n2000000001807,Бананы,кг,12990\n4600000000015,Молоко,шт,8490\n"


def read(png: bytes) -> list[str]:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return sorted(f"{one.format.name} {one.text}" for one in found)


def test_new_cards_become_a_pdf_a_picture_and_a_list_of_numbers(tmp_path, capsys) -> None:
    files = {name: tmp_path / f"cards.{name}" for name in ("pdf", "png", "csv")}
    order = ["cards", "--new", "10", "--first", "41", "--title", "Клуб"]
    order += ["--pdf", str(files["pdf"]), "--png", str(files["png"])]
    order += ["--numbers-out", str(files["csv"])]
    assert main(order) == 0
    numbers = files["csv"].read_text(encoding="utf-8").split()[1:]
    assert (len(numbers), numbers[0][:12]) == (10, "290000000041")
    assert files["pdf"].read_bytes().startswith(b"%PDF")
    assert len(read(files["png"].read_bytes())) == 20
    assert "10 on cards-a4" in capsys.readouterr().err
    assert main(order) == 2
    assert "--replace" in capsys.readouterr().err
    again = ["cards", "--csv", str(files["csv"]), "--png", str(files["png"]), "--replace"]
    assert main([*again, "--no-qr", "--code", "code128"]) == 0
    assert read(files["png"].read_bytes()) == [f"Code128 {one}" for one in numbers]


def test_cards_and_labels_are_printed_once_and_read_back_from_the_paper(tmp_path, capsys) -> None:
    goods = tmp_path / "goods.csv"
    goods.write_text(GOODS, encoding="utf-8")
    with VirtualRig(font_path=FONT) as rig:
        config = tmp_path / "devices.json"
        config.write_text(json.dumps(rig.config()), encoding="utf-8")
        assert main(["labels", "--csv", str(goods), "--devices", str(config)]) == 0
        shown = read(rig.printer.papers[-1].png)
        assert shown == ["EAN13 2000000001807", "EAN13 4600000000015"]
        assert main(["cards", "--new", "1", "--title", "Клуб", "--devices", str(config)]) == 0
        assert read(rig.printer.papers[-1].png) == ["EAN13 2900000000018"]
        assert main(["cards", "--new", "2", "--code", "qr", "--devices", str(config)]) == 0
        two = [read(paper.png) for paper in rig.printer.papers[-2:]]
        assert two == [["QRCode 2900000000018"], ["QRCode 2900000000025"]]
        assert "printed" in capsys.readouterr().err
    config.write_text('{"device": []}', encoding="utf-8")
    assert main(["cards", "--new", "1", "--devices", str(config)]) == 2
    assert "no printer" in capsys.readouterr().err


def test_a_printer_that_is_not_there_is_said(tmp_path, capsys) -> None:
    table = {"kind": "printer", "name": "paper", "driver": "file", "path": str(tmp_path / "lp9")}
    config = tmp_path / "devices.json"
    config.write_text(json.dumps({"device": [table]}), encoding="utf-8")
    assert main(["cards", "--new", "1", "--devices", str(config)]) == 2
    assert "look whether it printed" in capsys.readouterr().err


def test_mistakes_are_one_sentence(tmp_path, capsys) -> None:
    assert main(["cards", "--csv", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert main(["cards", "--new", "1", "--prefix", "я"]) == 2
    assert "prefix" in capsys.readouterr().err
    assert main(["cards", "--new", "1", "--pdf", str(tmp_path / "no" / "x.pdf")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_an_empty_list_prints_nothing(tmp_path, capsys) -> None:
    empty = tmp_path / "goods.csv"
    empty.write_text("name,price\n", encoding="utf-8")
    assert main(["labels", "--csv", str(empty), "--devices", str(tmp_path / "none.toml")]) == 2
    assert "nothing to print" in capsys.readouterr().err
