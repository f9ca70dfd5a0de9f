"""Cards and labels: drawn, rendered by another program, and read back by a scanner's eyes."""

import io
import shutil
import subprocess

import pytest
import zxingcpp
from PIL import Image

from pos_app.domain.identification import Identifier, Kind, LabelRules
from pos_app.domain.identification.check_digits import has_gs1_check_digit
from pos_app.gear.studio import (
    SHEETS,
    Card,
    CodeKind,
    PriceLabel,
    StudioError,
    narrow_bars,
    new_numbers,
    pdf_of,
    png_of,
    read_cards,
    read_labels,
    write_numbers,
)
from pos_app.gear.studio.designs import Area, runs
from pos_app.gear.studio.surface import Picture

NUMBERS = new_numbers("29", 1, 10)


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def needs(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} of poppler-utils is not installed")


def rendered(pdf: bytes, tmp_path, dpi: int = 300) -> list[Image.Image]:
    """By poppler's pdftoppm: not by what drew it."""
    needs("pdftoppm")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", str(path), str(tmp_path / "page")]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(one) for one in sorted(tmp_path.glob("page*.png"))]


def read(image: Image.Image) -> list[tuple[str, str]]:
    found = zxingcpp.read_barcodes(image)
    return sorted((one.format.name, one.text) for one in found)


def texts_of(pdf: bytes, tmp_path) -> str:
    needs("pdftotext")
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout


@pytest.mark.parametrize(
    ("kind", "symbol", "numbers"),
    [
        (CodeKind.EAN13, "EAN13", NUMBERS),
        (CodeKind.CODE128, "Code128", new_numbers("LOY-29", 1, 10, 16)),
    ],
)
def test_every_code_of_a_sheet_of_cards_is_read_back_from_the_pdf(
    tmp_path, kind, symbol, numbers
) -> None:
    cards = [Card(one, "Клуб «Копилка»", "Анна Ё.", kind) for one in numbers]
    (page,) = rendered(pdf_of(cards, SHEETS["cards-a4"], "Карты"), tmp_path)
    wanted = sorted([(symbol, one) for one in numbers] + [("QRCode", one) for one in numbers])
    assert read(page) == wanted
    assert read(picture(png_of(cards, SHEETS["cards-a4"]))) == wanted


def test_a_card_with_a_qr_code_alone_is_read_back(tmp_path) -> None:
    card = Card("K1M:" + "a" * 32, "Клуб", kind=CodeKind.QR)
    (page,) = rendered(pdf_of([card], SHEETS["card"]), tmp_path)
    assert read(page) == [("QRCode", "K1M:" + "a" * 32)]


def test_the_numbers_of_our_cards_are_cards_to_the_till() -> None:
    rules = Identifier(LabelRules(), None, None)
    for number in NUMBERS:
        assert has_gs1_check_digit(number)
        found = rules.scan(number.encode(), "]E0")
        assert (found.kind, found.card_no) == (Kind.LOYALTY_CARD, number)


def labels() -> list[PriceLabel]:
    goods = [
        PriceLabel(
            "Молоко пастеризованное 2,5 % «Ромашково» 930 мл", 84_90, "4600000000015", unit="за шт."
        ),
        PriceLabel("Бананы", 129_90, "2000000001807", unit="за 1 кг", old_minor=159_90),
        PriceLabel("Шампунь-бальзам для всей семьи с экстрактом ромашки и ещё чего-то длинного",
                   1_234_567_00, "SKU-00042/7", CodeKind.CODE128, note="22.11.2026"),
        PriceLabel("Хлеб", 45_00, "96385074", CodeKind.EAN8),
    ]  # fmt: skip
    return [goods[n % 4] for n in range(26)]


@pytest.mark.parametrize("name", ["58x40", "58x30", "a4-3x8", "a4-2x7", "a4-3x11"])
def test_every_price_label_is_read_back_on_every_sheet(tmp_path, name) -> None:
    sheet = SHEETS[name]
    made = labels()[: 4 if sheet.rows == 1 else 26]
    pages = rendered(pdf_of(made, sheet), tmp_path)
    per_page = sheet.rows * sheet.columns
    assert len(pages) == -(-len(made) // per_page)
    found = sorted(one for page in pages for one in read(page))
    names = {CodeKind.EAN13: "EAN13", CodeKind.EAN8: "EAN8", CodeKind.CODE128: "Code128"}
    assert found == sorted((names[one.kind], one.code) for one in made)


def test_the_cyrillic_letters_of_a_label_are_text_in_our_own_font(tmp_path) -> None:
    pdf = pdf_of(labels()[:2], SHEETS["58x40"])
    said = texts_of(pdf, tmp_path)
    assert "Бананы" in said
    assert "129" in said
    assert "₽" in said
    assert b"Inter" in pdf
    assert pdf == pdf_of(labels()[:2], SHEETS["58x40"])


@pytest.mark.parametrize("note", ["", "22.11.2026"])
@pytest.mark.parametrize("name", ["58x40", "58x30", "43x25"])
def test_the_bars_of_an_ean_are_as_wide_as_a_till_wants_them_with_a_note_too(
    tmp_path, name, note
) -> None:
    label = PriceLabel("Молоко", 84_90, "4600000000015", unit="за шт.", note=note)
    sheet = SHEETS[name]
    assert all(narrow_bars([label], one) == () for one in SHEETS.values())
    (page,) = rendered(pdf_of([label], sheet), tmp_path, dpi=600)
    (found,) = zxingcpp.read_barcodes(page)
    across = found.position.top_right.x - found.position.top_left.x
    assert across / 600 * 25.4 / 95 >= 0.26
    assert not note or note[:5] in texts_of(pdf_of([label], sheet), tmp_path)


def test_bars_that_have_no_room_are_told() -> None:
    wide = PriceLabel("Товар", 100, "SKU-00042/7", CodeKind.CODE128)
    bare = PriceLabel("Товар", 100)
    assert [code for code, _mm in narrow_bars([wide, bare], SHEETS["43x25"])] == [wide.code]
    assert narrow_bars([wide, bare], SHEETS["a4-2x7"]) == ()


def test_nothing_of_a_label_lies_outside_it() -> None:
    for label in labels()[:4]:
        for width, height in ((58.0, 40.0), (70.0, 25.4)):
            surface = Picture(width + 20, height + 20, 8)
            label.draw(surface, Area(10, 10, width, height))
            image = picture(surface.done())
            inner = (80, 80, 80 + round(width * 8), 80 + round(height * 8))
            blank = Image.new("L", image.size, 255)
            blank.paste(image.crop(inner), inner[:2])
            assert blank.tobytes() == image.tobytes(), label.name


@pytest.mark.parametrize("text", ["99000012", "LOY-9912", "9" * 11, "a99b9900", "0099", "99", "x9"])
def test_a_pair_99_is_digits_and_no_change_of_the_code_set(tmp_path, text) -> None:
    label = PriceLabel("Товар", 1_00, text, CodeKind.CODE128)
    assert read(picture(png_of([label], SHEETS["58x40"]))) == [("Code128", text)]


def test_csv_files_of_every_habit_are_read(tmp_path) -> None:
    path = tmp_path / "cards.csv"
    write_numbers(path, NUMBERS)
    cards = read_cards(path, "Клуб", CodeKind.EAN13, with_qr=False)
    assert [one.number for one in cards] == list(NUMBERS)
    path.write_bytes("Number;Name\n2900000000018;Ёжик\n\n".encode("cp1251"))
    (one,) = read_cards(path, "", CodeKind.EAN13, with_qr=True)
    assert (one.number, one.holder) == ("2900000000018", "Ёжик")
    path.write_text(
        "ean,name,unit,price_kop,price,old_price\n"
        "2000000001807,Бананы,кг,12990,,\n"
        ",Сыр,,,1 299.5,1500\n",
        encoding="utf-8-sig",
    )
    bananas, cheese = read_labels(path).labels
    assert (bananas.price_minor, bananas.unit, bananas.kind) == (12990, "за 1 кг", CodeKind.EAN13)
    assert (cheese.price_minor, cheese.old_minor, cheese.code) == (129950, 150000, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("number\n2900000000019\n", "line 2: 2900000000019: the check digit"),
        ("number\n2900000000018\n12\n", "line 3"),
        ("card no\n1\n", "no column number or card"),
        ("", "no column"),
    ],
)
def test_a_wrong_file_of_cards_names_the_line(tmp_path, text, why) -> None:
    path = tmp_path / "cards.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudioError, match=why):
        read_cards(path, "", CodeKind.EAN13, with_qr=True)
    with pytest.raises(StudioError, match="No such file"):
        read_cards(tmp_path / "none.csv", "", CodeKind.EAN13, with_qr=True)


@pytest.mark.parametrize("row", ["Сыр,", "Сыр,abc", "Сыр,-1", ",10", "Сыр,0"])
def test_a_label_without_name_or_price_is_refused(tmp_path, row) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(f"name,price\n{row}\n", encoding="utf-8")
    found = read_labels(path)
    assert not found.labels
    assert [one for one in found.wrong if "line 2" in one]


def test_new_numbers_have_their_serial_and_never_look_like_payment_cards() -> None:
    assert new_numbers("29", 7, 2) == ("2900000000070"[:12] + NUMBERS[6][-1], NUMBERS[7])
    assert new_numbers("LOY-", 1, 1, 10)[0].startswith("LOY-00001")
    for wrong in (
        {"prefix": "29", "first": 0, "count": 0},
        {"prefix": "29", "first": -1, "count": 1},
        {"prefix": "", "first": 1, "count": 1},
        {"prefix": "я", "first": 1, "count": 1},
        {"prefix": "29", "first": 9_999_999_999, "count": 2},
        {"prefix": "290000000000", "first": 1, "count": 1},
        {"prefix": "29", "first": 1, "count": 100_001},
        {"prefix": "4", "first": 0, "count": 2_000, "digits": 16},
    ):
        with pytest.raises(StudioError):
            new_numbers(**wrong)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (CodeKind.EAN13, "290000000001"),
        (CodeKind.EAN13, "29000000000ab"),
        (CodeKind.EAN13, "2900000000019"),
        (CodeKind.EAN8, "2900000000018"),
        (CodeKind.CODE128, ""),
        (CodeKind.CODE128, "я"),
        (CodeKind.CODE128, "1" * 41),
        (CodeKind.QR, ""),
        (CodeKind.QR, "я" * 151),
    ],
)
def test_a_number_that_its_code_cannot_carry_is_refused(kind, data) -> None:
    with pytest.raises(StudioError):
        Card(data, kind=kind)


def test_a_code_that_would_be_too_small_to_scan_is_refused() -> None:
    wide = PriceLabel("Товар", 100, "X" * 30, CodeKind.CODE128)
    with pytest.raises(StudioError, match="too wide"):
        png_of([wide], SHEETS["43x25"])
    with pytest.raises(StudioError, match="too small"):
        png_of([Card("x" * 300, kind=CodeKind.QR)], SHEETS["43x25"])
    for empty in (pdf_of, png_of):
        with pytest.raises(StudioError, match="nothing"):
            empty([], SHEETS["card"])


def test_runs_of_dark_modules() -> None:
    assert runs("1101000111") == [(0, 2), (3, 1), (7, 3)]
    assert runs("0000") == []


@pytest.mark.parametrize(
    ("column", "code", "kind"),
    [
        ("ean", "036000291452", CodeKind.EAN13),
        ("ean", "14600000000012", CodeKind.CODE128),
        ("code", "99000012", CodeKind.CODE128),
        ("code", "SKU-1", CodeKind.CODE128),
        ("ean", "99000012", None),
        ("ean", "SKU-1", None),
        ("code", "4600000000014", None),
        ("code", "036000291453", None),
    ],
)
def test_a_code_is_checked_as_far_as_it_claims_to_be_an_ean(tmp_path, column, code, kind) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(f"name,price,{column}\nСыр,10,{code}\n", encoding="utf-8")
    found = read_labels(path)
    assert [one.kind for one in found.labels] == ([kind] if kind else [])
    assert bool(found.wrong) is (kind is None)
