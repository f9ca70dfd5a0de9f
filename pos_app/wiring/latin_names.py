"""The demo's people in Latin letters, for a shop that speaks another language.

Never a person's name outside the demo: how someone writes themselves is theirs to say.
"""

import csv
import io

SPELT = ("last_name", "first_name", "patronymic", "city")
RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SOUNDS = "a b v g d e yo zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e yu ya"
LETTERS = dict(zip(RUSSIAN, SOUNDS.split(" "), strict=True))
ENDINGS = (("ия", "ia"), ("ий", "y"), ("ый", "y"), ("ье", "ye"), ("ьева", "yeva"), ("ьев", "yev"))
"""Maria, Dmitry: as they are read, not letter by letter."""


def latin(text: str) -> str:
    """`Дмитрий Корабальникова-Щукина` -> `Dmitry Korabalnikova-Shchukina`; a letter that is not
    Russian stays as it is."""
    return " ".join("-".join(_word(one) for one in part.split("-")) for part in text.split(" "))


def members_in(language: str, text: str) -> str:
    """The members' file (CSV as it is imported) in a language: same people, cards, points."""
    if language == "ru":
        return text
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, **{one: latin(row[one]) for one in SPELT}} for row in rows)
    return out.getvalue()


def _word(word: str) -> str:
    small = word.lower()
    for ending, spelt in ENDINGS:
        if small.endswith(ending):
            whole = _letters(small.removesuffix(ending)) + spelt
            break
    else:
        whole = _letters(small)
    return whole.capitalize() if word[:1].isupper() else whole


def _letters(small: str) -> str:
    return "".join(LETTERS.get(letter, letter) for letter in small)
