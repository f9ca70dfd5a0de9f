"""Both languages say the same things, whole, with the marks of their own."""

import ast
import string
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pos_app.domain.money import Currency, Money
from pos_app.domain.quantity import grams, pieces
from pos_app.domain.sentence import Points, Rate, say
from resources import names
from resources.words import LANGUAGES, Words
from resources.words.catalogue import entries, entries_of, placeholders

HOUSE = Path(__file__).parents[2]
MADE_AT_RUN_TIME = {
    "notice.": ("print_asked", "print_failed", "print_queued"),
    "limit.": ("balance", "allowance", "blocked", "unconfirmed", "last4"),
    "print.": ("queued", "sent", "printed", "asked", "failed"),
    "tender.": ("cash", "card", "gift_card", "qr"),
    "report.title_": ("x", "session", "z"),
    "chip.": ("none", "suggested", "half", "max", "custom"),
    "theme.": ("light", "dark", "contrast"),
    "device.": ("lost", "paper_out", "paper_low", "cover_open"),
    "link.": (
        "lost",
        "not_enrolled",
        "stuck",
        "memory",
        "server_failed",
        "busy",
        "refused",
        "gap",
        "fenced",
        "epoch",
        "too_large",
        "fork",
    ),
    "stamps.": ("progress", "set", "streak_day", "streak_week", "streak_month"),
    "refused.scan_": ("unreadable", "gs_lost", "check_digit", "payment_card"),
}


def forms(entry):
    if isinstance(entry, str):
        return {"only": entry}
    return {form: words for form, words in entry.items() if form != "plural"}


def keys_in(path):
    """Keys that a file names literally, with the arguments it gives them."""
    starts = {"refused": "refused.", "notice": "notice.", "say": "", "text": "", "tell": ""}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if called not in starts or not isinstance(first, ast.Constant):
            continue
        if isinstance(first.value, str) and (called in {"refused", "notice"} or "." in first.value):
            given = {keyword.arg for keyword in node.keywords}
            yield starts[called] + first.value, given


SOURCES = sorted((HOUSE / "pos_app").rglob("*.py"))


def test_russian_and_english_have_the_same_keys():
    assert set(entries("ru")) == set(entries("en"))


@pytest.mark.parametrize("key", sorted(entries("ru")))
def test_a_sentence_asks_for_the_same_arguments_in_both_languages(key):
    asked = {
        language: {
            frozenset(placeholders(words)) for words in forms(entries(language)[key]).values()
        }
        for language in LANGUAGES
    }
    assert len(asked["ru"]) == 1, "every plural form asks for the same"
    assert asked["ru"] == asked["en"]


@pytest.mark.parametrize("key", [k for k, v in entries("ru").items() if not isinstance(v, str)])
def test_a_counted_sentence_has_every_plural_form(key):
    assert set(forms(entries("ru")[key])) == {"one", "few", "many"}
    assert set(forms(entries("en")[key])) == {"one", "other"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_every_key_that_the_program_names_has_words(path):
    missing = {key for key, _ in keys_in(path) if key not in entries("ru")}
    assert not missing


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_every_argument_that_words_ask_for_is_given(path):
    for key, given in keys_in(path):
        if None in given or key not in entries("ru"):
            continue
        for words in forms(entries("ru")[key]).values():
            assert placeholders(words) <= given, key


def test_keys_put_together_at_run_time_have_words():
    for start, ends in MADE_AT_RUN_TIME.items():
        for end in ends:
            assert start + end in entries("ru"), start + end


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_parse_as_templates(language):
    for key, entry in entries(language).items():
        for words in forms(entry).values():
            assert list(string.Formatter().parse(words)) or words == "", key


@pytest.mark.parametrize(
    ("language", "minor", "said"),
    [
        ("ru", 318914, "3\u202f189,14\u00a0₽"),
        ("ru", -5, "−0,05\u00a0₽"),
        ("en", 318914, "₽3,189.14"),
        ("en", -318914, "−₽3,189.14"),
    ],
)
def test_money_is_written_as_the_language_does(language, minor, said):
    assert Words(language).format(Money(minor)) == said


def test_a_currency_without_minor_units_or_a_sign_is_written_whole():
    assert Words("en").format(Money(1234, Currency("JPY", 0))) == "JPY1,234"
    assert Words("ru").format(Money(1234, Currency("JPY", 0))) == "1\u202f234\u00a0JPY"


def test_money_for_paper_has_no_sign_and_no_narrow_space():
    assert Words("ru").text("receipt.money", amount=Money(-123456)) == "-1234.56"
    assert Words("ru").text("receipt.money", amount=Money(5, Currency("JPY", 0))) == "5"
    assert "1250" in Words("ru").text("receipt.points_redeemed", points=Points(1250))


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 балл"), (2, "2 балла"), (5, "5 баллов"), (11, "11 баллов"), (21, "21 балл"),
     (112, "112 баллов"), (1250, "1\u202f250 баллов"), (0, "0 баллов")],
)  # fmt: skip
def test_points_are_declined_in_russian(count, said):
    assert Words("ru").format(Points(count)) == said


def test_points_are_counted_in_english():
    assert Words("en").format(Points(1)) == "1 point"
    assert Words("en").format(Points(1250)) == "1,250 points"
    assert Words("en").format(Points(1250), "n") == "1,250"


def test_rates_and_quantities_drop_idle_zeros_but_keep_measure():
    ru, en = Words("ru"), Words("en")
    assert (ru.format(Rate(75_000)), en.format(Rate(100_000))) == ("7,5\u202f%", "10%")
    assert (ru.format(grams(342)), en.format(grams(342))) == ("0,342\u00a0кг", "0.342\u00a0kg")
    assert ru.format(pieces(3)) == "3\u00a0шт"
    assert ru.format(pieces(3), "n") == "3"


def test_dates_and_times_are_shown_in_the_zone_asked_for_or_in_their_own():
    at = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
    moscow = timezone(timedelta(hours=3))
    assert Words("ru", moscow).format(at) == "14:05"
    assert Words("ru").format(at.astimezone(moscow)) == "14:05"
    assert Words("ru").format(at, "day") == "22\u00a0ноября, 11:05"
    assert Words("ru").format(date(2026, 11, 30)) == "30\u00a0ноября 2026"
    assert Words("en").format(date(2026, 11, 30), "day") == "30\u00a0Nov"


def test_an_unknown_key_reads_as_words_with_its_arguments():
    sentence = say("notice.something_brand_new", name="Молоко", price=Money(100))
    assert Words("en").say(sentence) == "Something brand new: Молоко, ₽1.00"
    assert Words("en").say(say("x.alone")) == "Alone"


def test_a_missing_argument_never_stops_the_till():
    assert Words("en").text("refused.no_price") == "“…” has no price"


def test_a_sentence_may_stand_in_a_sentence_and_so_may_a_list() -> None:
    inner = say("limit.balance", points=Points(3))
    assert Words("en").text("notice.item_added", name=inner) == "3 points on the account"
    several = ("a", Money(100), Points(1))
    assert Words("en").text("notice.item_added", name=several) == "a, ₽1.00, 1 point"


def test_an_unknown_language_is_english():
    assert Words("xx").language == "en"


def test_a_sentence_stands_in_one_file_of_its_language_only():
    """The later file would win in silence, and somebody else's screen would change its words."""
    for language in LANGUAGES:
        files = [name for name in names("words", ".toml") if name.split(".")[0] == language]
        keys = [key for name in files for key in entries_of(name)]
        assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_a_quantity_of_one_is_said_of_one():
    said = {language: Words(language).format(pieces(1)) for language in ("en", "ru")}
    assert said == {"en": "1\u00a0pc", "ru": "1\u00a0шт"}
    assert Words("en").format(pieces(2)) == "2\u00a0pcs"
