"""States beside the plain sale: chips, an exchange, a return without a receipt, who takes over."""

from dataclasses import replace
from datetime import date

from pos_app.domain.money import Money
from pos_app.domain.quantity import grams
from pos_app.domain.sentence import Points, Rate, say
from pos_app.domain.sheet.at_shelf import Promise
from pos_app.ui import letter_flows
from pos_app.ui.menu_flows import perform
from pos_app.ui.reason_flows import own_words
from pos_app.workstation.answer import ALL_PARTS, Tone, done, notice, refused, refused_with
from pos_app.workstation.chip_view import ChoiceView, ClaimedView, CouponView
from pos_app.workstation.goodwill import Approver
from pos_app.workstation.price_check import CheckedPrice, OnLabel, Quote
from pos_app.workstation.view import (
    DemandView,
    ExchangeView,
    GiftCardView,
    RewardView,
    TenderView,
)
from tests.ui.builders import FOUND, GOODS, a_line, a_member, a_transaction, lines

COUPONS = (
    CouponView("autumn", "Осенний", True, True, 50_00),
    CouponView("next", "На следующую покупку", False, False, 0, say("coupon.waits_for_member")),
)
HINT = say("hint.threshold", missing=Money(85_00), name="Кофе в подарок")
CATEGORIES = ("Молочные продукты", "Хлеб и выпечка", "Овощи и фрукты", "Детские товары")


def become(window, **changes):
    window.desk.till.shown = replace(window.desk.till.shown, **changes)
    window.desk.till.push(done(changed=ALL_PARTS))


A_CARD = GiftCardView("··7731", "sold", 3_500_00, date(2027, 11, 20), 3_500_00, None)
APART = (TenderView("card", -2_253_90),)


def amounts_of_gift_cards(window):
    exist = (Money(500_00), Money(1_000_00), Money(3_000_00))
    window.desk.till.answers["sell_gift_card"] = refused("gift_card_amount", exist=exist)
    perform(window.desk, "sell_gift_card")


def approval(window):
    till = window.desk.till
    till.answers["operators"] = done(operators=(("o1", "Иванова Анна"), ("o2", "Петров Олег")))
    till.answers["discount"] = refused("needs_override", right="discount")
    perform(window.desk, "discount")
    window.desk.ask.accept("10")


def may(right, deed, pin="2468"):
    """A till's answer to a gesture that wants a right: done by that PIN, else refused."""

    def answer(*told, override=None, **named):
        if override is None:
            return replace(refused("needs_override", right=right), data={"deed": deed})
        return done(changed=ALL_PARTS) if override[1] == pin else refused("wrong_pin")

    return answer


def codes_asked(window):
    """Goods whose marking codes nobody has judged yet, one of them with a long name."""
    names = ("Вода минеральная питьевая лечебно-столовая газированная «Источник», 1,5 л", "Сыр")
    become(window, asking=names)


def undo_allowed(window):
    """Goods would leave by Ctrl+Z: somebody with the right is asked, for what is told."""
    deed = say("approve.goods_out", amount=Money(12_345_67))
    window.desk.till.answers["undo"] = may("void_line", deed)
    perform(window.desk, "undo")


def a_pin_mistyped(window):
    """The member's PIN, once wrong: asked again, its digits nowhere."""
    demand = DemandView("pin", say("demand.confirm", points=Points(300)))
    become(window, demand=demand)
    window.desk.till.answers["confirm"] = refused_with(say("pin.wrong", left=2))
    perform(window.desk, "first_answer")
    window.desk.ask.accept("1111")


def approval_by_limit(window):
    """The senior's own limit is short; who may is listed, whose limit is short is told."""
    people = (Approver("o3", "Сидорова Мария", 500_000, True), Approver("o2", "Петров Олег",
              100_000, False))  # fmt: skip
    short = replace(refused("discount_limit", limit=Rate(100_000)), data={"approvers": people})
    window.desk.till.answers["discount"] = short
    perform(window.desk, "discount")
    window.desk.ask.accept("15")


def an_exchange(out=0, due=1_550_00, apart=()):
    back = tuple(
        replace(a_line(n, *GOODS[n]), line=-n, discounts=(), amount_minor=GOODS[n][3])
        for n in (1, 3)
    )
    swap = ExchangeView("A000017", back, 2_253_90, out, apart, 11, 1)
    return replace(a_transaction(lines(3)), exchange=swap, due_minor=due)


def with_coupons(window):
    become(window, transaction=replace(a_transaction(), coupons=COUPONS), hints=(HINT,))


CLAIMED = (
    ClaimedView("cheese", "Сыр за баллы", 200, 300_00),
    ClaimedView("triple", "Тройные баллы в день рождения", 1_500),
)


def with_rewards(window):
    sale = replace(a_transaction(), claimed=CLAIMED, coupons=COUPONS)
    become(window, transaction=sale, member=a_member())


def returning_to_cards(window):
    refunds = (TenderView("cash", -900_00), TenderView("gift_card", -1_250_00, "··4821"))
    become(window, transaction=replace(a_transaction(kind="return"), refunds=refunds), member=None)


def coupons_listed(window):
    with_coupons(window)
    perform(window.desk, "coupons")


def categories_ticked(window):
    choice = ChoiceView(CATEGORIES, 2, (CATEGORIES[1],), False)
    become(window, member=a_member(choice=choice))
    perform(window.desk, "categories")


EVENING = (say("sheet.percent.goods", rate=Rate(100_000)), say("sheet.from_hour", start="18:00"))


def a_price(item=FOUND[0], **changes):
    """What the till answers about an item: by default nobody is here and a card helps."""
    off = say("why.applied", name="Скидка участника", arithmetic="90.90 x 5 % = 4.55")
    told = CheckedPrice(
        item=item,
        here=Quote(item.unit_price_minor, (), 0),
        member="",
        with_card=Quote(item.unit_price_minor - 4_55, (off,), 4),
        offers=(
            Promise("b", "Молочное: 3 по цене 2", (say("sheet.group.free", n=3, pay=2),), True),
            Promise("e", "Вечерняя скидка", EVENING, False),
        ),
        lowest_before_minor=84_90,
    )  # fmt: skip
    return done(item=item, price=replace(told, **changes))


def price_checked(window):
    become(window, member=None)
    window.desk.till.answers["price_check"] = a_price()
    perform(window.desk, "price_check")
    window.desk.ask.accept("4601234000001")


def price_for_a_member(window):
    off = say("why.applied", name="Золото −10 %", arithmetic="90.90 x 10 % = 9.09")
    here, notes = Quote(81_81, (off,), 8), (say("note.floor", floor=Money(80_00)),)
    answer = a_price(here=here, member="Мария С.", with_card=None, notes=notes)
    window.desk.till.answers["price_check"] = answer
    perform(window.desk, "price_check")
    window.desk.ask.accept("4601234000001")


A_PACK = OnLabel(grams(842), Quote(109_37, (), 0), Quote(103_90, (say(
    "why.applied", name="Скидка участника", arithmetic="109.37 x 5 % = 5.47"),), 5))  # fmt: skip


def price_of_a_pack(window, pack=A_PACK):
    """A scale's label: what lies in the customer's hand, and what a kilogram of it costs."""
    become(window, member=None)
    bananas = replace(FOUND[0], name="Бананы", unit="g", unit_price_minor=129_90)
    card = Quote(123_40, (), 6)
    answer = a_price(bananas, label=pack, with_card=card, offers=(), here=Quote(129_90, (), 0))
    window.desk.till.answers["price_check"] = answer
    perform(window.desk, "price_check")
    window.desk.ask.accept("2100180008422")


def swapping(window):
    window.desk.till.answers["operators"] = done(
        operators=(("o1", "Иванова Анна"), ("o2", "Петров Олег"), ("o3", "Сидорова Мария"))
    )
    perform(window.desk, "swap")


def naming_a_new_member(window):
    perform(window.desk, "enrol")
    window.desk.ask.toggle(2)


def asking_to_sign(window):
    """Who was found by a phone has given no consent."""
    till = window.desk.till
    said = notice("member_identified", Tone.MEMBER, None, name="··4567", points=Points(0))
    till.answers["member"] = replace(done(said), data={"unsigned": True})
    perform(window.desk, "member")
    window.desk.ask.accept("89161234567")


def by_finger(window, gesture):
    """A question that a finger asked for: letters stand under the lines."""
    window.desk.hands.by_finger = True
    perform(window.desk, gesture)


def naming_by_finger(window):
    by_finger(window, "enrol")
    window.desk.ask.toggle(2)
    letter_flows.press(window.desk, "м")


def giving_a_reason_by_finger(window):
    window.desk.hands.by_finger = True
    own_words(window.desk, lambda said: None)
    for sign in "покупатель прождал":
        letter_flows.press(window.desk, sign)


def searching_by_finger(window):
    by_finger(window, "search")
    for sign in "мол":
        letter_flows.press(window.desk, sign)


def rewards_out_of_reach(window):
    why = say("reward.no_goods")
    shown = (
        RewardView("bread", "Хлеб за 40 баллов", 40, False, 0, why),
        RewardView("sweets", "Сладкое −20 % за 100 баллов", 100, False, 0, why),
    )
    become(window, rewards=shown)
    perform(window.desk, "rewards")


COUNTER = {
    "rewards_out_of_reach": rewards_out_of_reach,
    "coupons": with_coupons,
    "rewards_claimed": with_rewards,
    "coupons_listed": coupons_listed,
    "codes_asked": codes_asked,
    "undo_allowed": undo_allowed,
    "exchange": lambda w: become(w, transaction=an_exchange(), member=None),
    "exchange_out": lambda w: become(w, transaction=an_exchange(904_00, 0), member=None),
    "returning_to_cards": returning_to_cards,
    "return_asked": lambda w: perform(w.desk, "return"),
    "enrol": lambda w: perform(w.desk, "enrol"),
    "enrol_ticked": lambda w: (
        perform(w.desk, "enrol"),
        w.desk.write("89161234567"),
        w.desk.ask.toggle(0),
    ),
    "sign": asking_to_sign,
    "enrol_name": naming_a_new_member,
    "coupon_typed": lambda w: perform(w.desk, "coupon"),
    "letters_name": naming_by_finger,
    "letters_code": lambda w: (by_finger(w, "coupon"), w.desk.write("SPRING1")),
    "letters_reason": giving_a_reason_by_finger,
    "letters_found": searching_by_finger,
    "letters_member": lambda w: by_finger(w, "members"),
    "letters_offered": lambda w: (by_finger(w, "coupon"), letter_flows.hide(w.desk)),
    "letters_setting": lambda w: perform(w.desk, "letters"),
    "gift_card_typed": lambda w: perform(w.desk, "gift_card"),
    "gift_card_pays": lambda w: become(w, gift_card=A_CARD),
    "gift_card_amounts": amounts_of_gift_cards,
    "approval": approval,
    "pin_mistyped": a_pin_mistyped,
    "approval_by_limit": approval_by_limit,
    "exchange_apart": lambda w: become(w, transaction=an_exchange(apart=APART), member=None),
    "categories": categories_ticked,
    "price_checked": price_checked,
    "price_of_a_pack": price_of_a_pack,
    "price_for_a_member": price_for_a_member,
    "swap": swapping,
}
