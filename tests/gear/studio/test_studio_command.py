"""`kopilka cards` and `kopilka labels`: files, a real (virtual) printer, and mistakes in words."""

import io
import json
import os
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.fake import VirtualRig
from drivers.fake.printer_state import PaperState
from drivers.host.claim import TILL, Claim, holder_of
from pos_app.wiring import studio_cli
from pos_app.wiring.cli import main

TABLE = {"kind": "printer", "name": "paper", "driver": "tcp", "host": "127.0.0.1", "port": 1}
FONT = Path(__file__).parents[3] / "resources" / "fonts" / "JetBrainsMono-Regular.ttf"
GOODS = "ean,name,unit,price_kop\n2000000001807,Бананы,кг,12990\n4600000000015,Молоко,шт,8490\n"


def read(png: bytes) -> list[str]:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return sorted(f"{one.format.name} {one.text}" for one in found)


def test_new_cards_become_a_pdf_a_picture_and_a_list_of_numbers(tmp_path, capsys) -> None:
    files = {name: tmp_path / f"cards.{name}" for name in ("pdf", "png", "csv")}
    order = ["cards", "--new", "10", "--first", "41", "--title", "Клуб", "--data", str(tmp_path)]
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
        new = ["cards", "--data", str(tmp_path), "--devices", str(config), "--new"]
        assert main(["labels", "--csv", str(goods), "--devices", str(config)]) == 0
        shown = read(rig.printer.papers[-1].png)
        assert shown == ["EAN13 2000000001807", "EAN13 4600000000015"]
        assert main([*new, "1", "--title", "Клуб"]) == 0
        assert read(rig.printer.papers[-1].png) == ["EAN13 2900000000018"]
        assert main([*new, "2", "--code", "qr"]) == 0
        two = [read(paper.png) for paper in rig.printer.papers[-2:]]
        assert two == [["QRCode 2900000000025"], ["QRCode 2900000000032"]]
        assert "printed" in capsys.readouterr().err
    config.write_text('{"device": []}', encoding="utf-8")
    assert main([*new, "1"]) == 2
    assert "no printer" in capsys.readouterr().err


def devices(folder: Path, *tables: dict[str, object]) -> str:
    path = folder / "devices.json"
    path.write_text(json.dumps({"device": tables}), encoding="utf-8")
    return str(path)


def goods(folder: Path, text: str = GOODS) -> str:
    path = folder / "goods.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"driver": "file", "path": "/nowhere/lp9"}, "path = '/nowhere/lp9'"),
        ({"driver": "tcp", "host": "127.0.0.1", "port": 1}, "host = '127.0.0.1', port = 1"),
    ],
)
def test_a_printer_that_is_off_printed_nothing_and_it_is_said_where_to_look(
    tmp_path, capsys, table, why
) -> None:
    config = devices(tmp_path, {"kind": "printer", "name": "paper", **table})
    assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 2
    said = capsys.readouterr().err
    assert "nothing was printed: paper: " in said
    assert "switched on" in said
    assert config in said
    assert why in said


def test_new_numbers_that_did_not_come_onto_paper_are_printed_from_their_list(
    tmp_path, capsys
) -> None:
    new = ["cards", "--new", "2", "--data", str(tmp_path), "--devices", devices(tmp_path, TABLE)]
    assert main(new) == 2
    listed = tmp_path / "cards-2900000000018.csv"
    assert (
        f"these numbers are given and stand in {listed}: print them with --csv"
        in capsys.readouterr().err
    )
    out = tmp_path / "again.png"
    assert main(["cards", "--csv", str(listed), "--no-qr", "--png", str(out)]) == 0
    assert read(out.read_bytes()) == ["EAN13 2900000000018", "EAN13 2900000000025"]
    own = ["--numbers-out", str(tmp_path / "own.csv")]
    assert main([*new, *own]) == 2
    assert f"stand in {tmp_path / 'own.csv'}" in capsys.readouterr().err


def test_a_printer_whose_table_names_no_font_prints_labels_all_the_same(tmp_path, capsys) -> None:
    with VirtualRig(font_path=FONT) as rig:
        tables = [one for one in rig.config()["device"] if one["kind"] == "printer"]
        for one in tables:
            one.pop("font", None)
        config = devices(tmp_path, *tables)
        assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 0
        assert "printed" in capsys.readouterr().err
        assert len(read(rig.printer.papers[-1].png)) == 2


def test_paper_that_is_out_is_said_and_nothing_was_printed(tmp_path, capsys) -> None:
    with VirtualRig(font_path=FONT) as rig:
        rig.printer.faults.paper = PaperState.END
        config = devices(tmp_path, *rig.config()["device"])
        assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 2
    said = capsys.readouterr().err
    assert "nothing was printed" in said
    assert "the paper is out; put that right" in said


def test_a_slip_in_the_table_of_a_scanner_does_not_stop_the_printer(tmp_path, capsys) -> None:
    scanner = {"kind": "scanner", "name": "eyes", "driver": "serial", "bawd": 1}
    with VirtualRig(font_path=FONT) as rig:
        tables = [one for one in rig.config()["device"] if one["kind"] == "printer"]
        config = devices(tmp_path, scanner, *tables)
        assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 0
    assert "device 'eyes'" in capsys.readouterr().err


def test_a_slip_in_the_printers_own_table_is_said_with_the_file(tmp_path, capsys) -> None:
    config = devices(tmp_path, {**TABLE, "fond": "x"})
    assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 2
    said = capsys.readouterr().err
    assert "unknown key fond" in said
    assert f"mend the printer's table in {config}" in said


def test_without_a_place_for_the_output_it_is_said_what_to_give(tmp_path, capsys) -> None:
    assert main(["labels", "--csv", goods(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert all(option in said for option in ("--pdf", "--png", "--devices"))
    assert main(["cards", "--new", "2", "--data", str(tmp_path)]) == 2
    assert "--numbers-out" in capsys.readouterr().err
    assert not (tmp_path / "card-numbers.json").exists()
    assert main(["labels", "--csv", goods(tmp_path), "--devices", str(tmp_path / "no.toml")]) == 2
    assert "there is no file" in capsys.readouterr().err


def test_wrong_lines_are_all_named_and_the_others_are_printed_only_when_asked(
    tmp_path, capsys
) -> None:
    text = "name,price,ean,old_price\nA,1,4600000000014,\nB,2,,2\nC,3,036000291452,4\nD,4,12,\n"
    out = tmp_path / "labels.png"
    order = ["labels", "--csv", goods(tmp_path, text), "--sheet", "58x40", "--png", str(out)]
    assert main(order) == 2
    said = capsys.readouterr().err
    assert "line 2: 4600000000014: the check digit is wrong" in said
    assert "line 3: the old price 2,00" in said
    assert "line 5: '12' is no EAN" in said
    assert "nothing was printed: 3 of 4 lines" in said
    assert not out.exists()
    assert main([*order, "--skip-wrong"]) == 0
    assert read(out.read_bytes()) == ["EAN13 0036000291452"]


def test_one_number_for_two_names_is_refused_with_both_lines(tmp_path, capsys) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("number,name\n2900000000018,Анна\n2900000000018,Вера\n", encoding="utf-8")
    assert main(["cards", "--csv", str(path), "--pdf", str(tmp_path / "x.pdf")]) == 2
    assert "lines 2 and 3: the number 2900000000018 is there twice" in capsys.readouterr().err


def test_mistakes_are_one_sentence(tmp_path, capsys) -> None:
    pdf = ["--pdf", str(tmp_path / "x.pdf"), "--data", str(tmp_path)]
    assert main(["cards", "--csv", str(tmp_path / "none.csv"), *pdf]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert main(["cards", "--new", "1", "--prefix", "я", *pdf]) == 2
    assert "prefix" in capsys.readouterr().err
    assert main(["cards", "--new", "0", *pdf]) == 2
    assert "0 numbers cannot be made: 1 to 100000" in capsys.readouterr().err
    assert main(["cards", "--new", "1", "--prefix", "29x", *pdf]) == 2
    assert "prefix '29x': an EAN-13 has digits only" in capsys.readouterr().err
    assert main(["cards", "--new", "1", "--pdf", str(tmp_path / "no" / "x.pdf")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_an_empty_list_prints_nothing(tmp_path, capsys) -> None:
    empty = tmp_path / "goods.csv"
    empty.write_text("name,price\n", encoding="utf-8")
    assert main(["labels", "--csv", str(empty), "--pdf", str(tmp_path / "a.pdf")]) == 2
    assert "nothing to print" in capsys.readouterr().err


def test_beside_a_running_till_nothing_is_printed_and_no_number_is_given(tmp_path, capsys) -> None:
    with VirtualRig(font_path=FONT) as rig:
        config = devices(tmp_path, *rig.config()["device"])
        till = Claim(Path(config), TILL)
        why = f"the devices are in use by the till, process {os.getpid()}: close it"
        try:
            assert main(["labels", "--csv", goods(tmp_path), "--devices", config]) == 2
            assert f"nothing was printed: {why}" in capsys.readouterr().err
            new = ["cards", "--new", "2", "--data", str(tmp_path), "--devices", config]
            assert main(new) == 2
            assert why in capsys.readouterr().err
        finally:
            till.release()
        assert not (tmp_path / "card-numbers.json").exists()
        assert rig.printer.papers == []
        assert main(new) == 0
        assert holder_of(Path(config)) == ""


def test_a_till_that_opens_while_cards_are_made_stops_the_printing_and_the_list_is_kept(
    tmp_path, capsys, monkeypatch
) -> None:
    with VirtualRig(font_path=FONT) as rig:
        config = Path(devices(tmp_path, *rig.config()["device"]))
        began: list[Claim] = []
        written = studio_cli.write_numbers

        def write(path, numbers) -> None:
            written(path, numbers)
            began.append(Claim(config, TILL))

        monkeypatch.setattr(studio_cli, "write_numbers", write)
        new = ["cards", "--new", "2", "--data", str(tmp_path), "--devices", str(config)]
        own = tmp_path / "own.csv"
        assert main([*new, "--numbers-out", str(own)]) == 2
        began[0].release()
        assert rig.printer.papers == []
    said = capsys.readouterr().err
    assert "in use by the till" in said
    assert f"these numbers are given and stand in {own}: print them with --csv {own}" in said


def test_numbers_whose_sheet_cannot_be_written_are_kept_in_a_list(
    tmp_path, capsys, monkeypatch
) -> None:
    pdf = tmp_path / "cards.pdf"

    def full(_path, _data) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert main(["cards", "--new", "1", "--data", str(tmp_path), "--pdf", str(pdf)]) == 2
    said = capsys.readouterr().err
    assert "No space left" in said
    assert f"print them with --csv {tmp_path / 'cards-2900000000018.csv'}" in said


def test_a_misspelt_table_of_devices_is_said_as_the_list_of_devices_says_it(
    tmp_path, capsys
) -> None:
    config = tmp_path / "devices.toml"
    config.write_text('[[devices]]\nkind = "printer"\n')
    assert main(["labels", "--csv", goods(tmp_path), "--devices", str(config)]) == 2
    why = "devices.toml, line 1: unknown key 'devices'; did you mean [[device]]?"
    assert f"nothing was printed: {why}" in capsys.readouterr().err
    config.write_text('\n[device]\nkind = "printer"\n')
    assert main(["labels", "--csv", goods(tmp_path), "--devices", str(config)]) == 2
    assert "line 2: device must be a list of tables: [[device]]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "whys"),
    [
        ("name,price\nA,0\n", ["line 2: the price must be above zero, not 0,00"]),
        ("name,price_kop\nA,-1250\n", ["line 2: the price must be above zero, not -12,50"]),
        ("name,price\n ,5\n", ["line 2: a price label needs a name"]),
        ("name,price_kop\nA,5.5\n", ["line 2: price_kop '5.5' is no whole number"]),
        (
            "name,price,price_kop\nA,12,1300\nB,12,1200\n",
            ["line 2: price 12 and price_kop 1300 are two prices"],
        ),
        (
            "name,price,ean\nA,1,96385074\nB,2,\nA,3,96385074\nA,3,96385074\n",
            [
                "line 2: 96385074 has another price in line 4",
                "line 4: 96385074 has another price in line 2",
                "line 5: 96385074 has another price in line 2",
            ],
        ),
        (
            "name,price,code\nA,1,SKU1\nB,2,SKU1\n",
            [
                "line 2: SKU1 has another name and price in line 3",
                "line 3: SKU1 has another name and price in line 2",
            ],
        ),
    ],
)
def test_a_line_whose_price_is_none_or_two_is_refused(tmp_path, capsys, text, whys) -> None:
    order = ["labels", "--csv", goods(tmp_path, text), "--pdf", str(tmp_path / "labels.pdf")]
    assert main(order) == 2
    said = capsys.readouterr().err
    for why in whys:
        assert f"goods.csv, {why}" in said
    lines = text.count("\n") - 1
    assert f"nothing was printed: {len(whys)} of {lines} lines are wrong" in said


def test_two_labels_of_one_good_that_say_the_same_are_both_printed(tmp_path) -> None:
    text = "name,price,price_kop,ean\nA,12,1200,96385074\nA,12,1200,96385074\n"
    out = tmp_path / "labels.png"
    assert main(["labels", "--csv", goods(tmp_path, text), "--png", str(out)]) == 0
    assert read(out.read_bytes()) == ["EAN8 96385074"] * 2


def test_bars_too_narrow_for_a_till_are_said_and_printed(tmp_path, capsys) -> None:
    text = "name,price,code\nA,1,SKU-00042/7\n"
    order = ["labels", "--csv", goods(tmp_path, text), "--pdf", str(tmp_path / "labels.pdf")]
    assert main([*order, "--sheet", "43x25"]) == 0
    said = capsys.readouterr().err
    assert "SKU-00042/7: its bars are 0.17 mm wide on 43x25" in said
    assert main([*order, "--sheet", "a4-2x7", "--replace"]) == 0
    assert "its bars" not in capsys.readouterr().err
