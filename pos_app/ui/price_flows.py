"""What does it cost: a question that scans and names answer, and a label for the shelf. No rule."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pos_app.domain.money import Money
from pos_app.domain.sentence import Argument, Points, Sentence, say
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import item_row, words_of
from pos_app.workstation.answer import Tone
from pos_app.workstation.price_check import LOOK_BACK_DAYS, CheckedPrice, OnLabel, Quote


def price_check(desk: Desk) -> None:
    """Scans, codes and names are answered; a name's list is asked about row by row. Nothing is
    sold until the priced item itself is chosen."""
    priced: set[str] = set()

    def accept(text: str) -> None:
        priced.clear()
        priced.update(_answered(desk, text))

    def pick(row: Row) -> None:
        if desk.typed.strip():
            accept(desk.typed.strip())
        elif row.value in priced:
            desk.close_ask()
            desk.do(desk.till.add_item(row.value))
        elif row.value is not None:
            accept(row.value)

    desk.open(Ask("price_check", accept, pick=pick, scan=_scanned(accept)))


def _answered(desk: Desk, text: str) -> Iterator[str]:
    """Shows what the till says of it, else what there is by that name; the id that has a price."""
    desk.write("")
    answer = desk.do(desk.till.price_check(text)) if text else None
    if answer is None:
        return
    checked: CheckedPrice | None = answer.data.get("price")
    if checked is not None:
        desk.show_rows(list(price_rows(desk, checked)))
        line = _in_a_line(desk, checked)
        desk.tell(line.key, Tone.GOOD, **line.args)
        yield checked.item.item_id
        return
    unknown = answer.refusal is not None and answer.refusal.code == "unknown_code"
    found = desk.till.find_items(text).data.get("items", ()) if unknown else ()
    desk.show_rows([item_row(desk, one) for one in found])
    if found:
        desk.hush()


def price_label(desk: Desk) -> None:
    """A price label on the receipt printer; the question stays for the next one."""

    def accept(text: str) -> None:
        if text:
            desk.do(desk.till.print_label(text))
            desk.write("")

    desk.open(Ask("price_label", accept, scan=_scanned(accept)))


def _scanned(accept: Callable[[str], None]) -> Callable[[bytes], None]:
    return lambda data: accept(data.decode("utf-8", "replace").strip())


# ---- the answer as rows
def price_rows(desk: Desk, checked: CheckedPrice) -> Iterator[Row]:
    """The item with its price on the shelf; who pays what; promises; what to know."""
    words = words_of(desk)
    yield item_row(desk, checked.item)
    if checked.label is not None:
        yield from _label_rows(desk, checked.label)
    yield from _unit_rows(desk, checked)
    for one in checked.offers:
        told = [words.say(sentence) for sentence in one.words]
        said = ", ".join(text for text in told if text.casefold() not in one.name.casefold())
        said = said if one.open else words.text("ui.not_open_now", rest=said)
        yield Row(one.name, said, icon="percent" if one.open else "minus")
    if checked.lowest_before_minor is not None:
        title = words.text("ui.lowest_before", n=LOOK_BACK_DAYS)
        yield Row(title, figure=words.money(checked.lowest_before_minor, desk.view.currency))
    for note in checked.notes:
        yield Row(words.say(note), icon="info")


def _unit_rows(desk: Desk, checked: CheckedPrice) -> Iterator[Row]:
    """Who pays what for a piece or a kilogram; beside a pack's price it says that it is of one."""
    words, unit = words_of(desk), f"unit.per_{checked.item.unit}"
    per = words.text(unit) if checked.label is not None and words.knows(unit) else ""
    icon = "" if per else "star"
    if checked.member:
        title = words.text("ui.member_pays", name=checked.member)
        yield _quoted(desk, title, checked.here, icon, per)
    elif checked.here.amount_minor != checked.item.unit_price_minor:
        yield _quoted(desk, words.text("ui.price_now"), checked.here, icon and "check", per)
    if checked.with_card is not None:
        row = _quoted(desk, words.text("ui.with_card"), checked.with_card, icon, per)
        cheaper = checked.with_card.amount_minor != checked.here.amount_minor
        yield row if cheaper else replace(row, figure="")  # points alone are no price


def _label_rows(desk: Desk, label: OnLabel) -> Iterator[Row]:
    """What a scale's label comes to, before what a kilogram does."""
    words = words_of(desk)
    weight = words.format(label.weight) if label.weight else ""
    title = words.text("ui.label_weighs", weight=weight) if weight else words.text("ui.label_says")
    yield _quoted(desk, title, label.here, "")
    if label.with_card is not None:
        yield _quoted(desk, words.text("ui.label_with_card"), label.with_card, "")


def _quoted(desk: Desk, title: str, quote: Quote, icon: str, per: str = "") -> Row:
    words = words_of(desk)
    why = [per] if per else []
    why += [words.say(one) for one in quote.why]
    if quote.points:
        why.append(words.text("ui.earns", points=Points(quote.points)))
    figure = words.money(quote.amount_minor, desk.view.currency)
    return Row(title, " · ".join(why), figure, icon=icon)


def _in_a_line(desk: Desk, checked: CheckedPrice) -> Sentence:
    """What to read out: the shelf, then what whoever is here pays, or anybody with a card."""
    shelf_minor = checked.item.unit_price_minor
    price, name = desk.money(shelf_minor), checked.item.name
    if checked.label is not None:
        return _label_in_a_line(desk, checked.label, name, price)
    if checked.here.amount_minor != shelf_minor:
        pays = desk.money(checked.here.amount_minor)
        if checked.member:
            return say("ui.price_for", name=name, price=price, member=checked.member, pays=pays)
        return say("ui.price_is_now", name=name, price=price, pays=pays)
    if checked.with_card is not None and checked.with_card.amount_minor != shelf_minor:
        pays = desk.money(checked.with_card.amount_minor)
        return say("ui.price_with_card", name=name, price=price, pays=pays)
    return say("ui.price_is", name=name, price=price)


def _label_in_a_line(desk: Desk, label: OnLabel, name: str, price: Money) -> Sentence:
    """What lies in the customer's hand costs, with a card, and what a kilogram of it does."""
    told: dict[str, Argument] = {
        "name": name,
        "price": price,
        "pays": desk.money(label.here.amount_minor),
    }
    key = "ui.price_label_says"
    if label.weight is not None:
        key, told["weight"] = "ui.price_label_weighs", label.weight
    if label.with_card is not None and label.with_card.amount_minor != label.here.amount_minor:
        card = desk.money(label.with_card.amount_minor)
        return say(f"{key}_card", card=card, **told)
    return say(key, **told)
