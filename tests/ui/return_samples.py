"""States of a receipt that comes back: a forgotten card, and what its return says."""

from dataclasses import replace

from pos_app.domain.money import Money
from pos_app.domain.quantity import Quantity
from pos_app.domain.sentence import Points, Rate, say
from pos_app.ui import return_marks
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Tone, done, notice, refused
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.return_shown import BackSums, ReturnView
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.view import TraceRow
from pos_app.workstation.waiting_view import SuspendedView
from tests.ui.builders import NOW, TRACE, a_last_sale, a_transaction, lines
from tests.ui.counter_samples import become

BARE = ReturnView(
    "", "", False, bare=True,
    terms=(
        say("bare.limit", most=Money(3_000_00)), say("bare.left_today", left=Money(12_345_60)),
        say("bare.price", n=30), say("bare.money", kinds=(say("bare.by_cash"),)),
        say("bare.barred"),
    ),
)  # fmt: skip
WHOSE = ReturnView("A000017", "Константинопольская Мария С.", True, 300, 159)


def a_receipt_without_its_card(window):
    become(window, transaction=None, member=None)
    window.desk.till.answers["credit_receipt"] = refused("credit_who")
    perform(window.desk, "forgotten_card")
    window.desk.ask.accept("A000017")


def a_receipt():
    """A part of it is back already."""
    shown = replace(a_transaction(), phase="completed", returning=WHOSE)
    first, *rest = shown.lines
    back = replace(first, quantity=Quantity(0, first.quantity.unit), amount_minor=0)
    return replace(shown, lines=(back, *rest))


def a_part_by_weight(window):
    """The finger's way: the weight of a part is asked for beside the page."""
    choosing_lines(window)
    page = window.desk.page
    weighed = next(one for one in page.content.lines if return_marks.is_weighed(one))
    return_marks.put(window.desk, page, weighed, "0.120")
    return_marks.ask_weight(window.desk, page, weighed)


def why_it_comes_back(window):
    """Beside its page: Esc is the question's."""
    choosing_lines(window)
    return_marks.open_return(window.desk, "A000017", [(2, "1")])


def wholly_back(window):
    """Found once more, by its number."""
    become(window, transaction=None, member=None)
    back = replace(a_receipt(), lines=tuple(
        replace(one, quantity=Quantity(0, one.quantity.unit), amount_minor=0)
        for one in a_receipt().lines
    ))  # fmt: skip
    told = notice("all_returned", Tone.WARNING, None, number="A000017", on=NOW.date())
    till = window.desk.till
    till.answers["find_receipt"] = done(told, receipt=back)
    till.answers["explain"] = done(trace=TRACE, receipt_number="A000017")
    perform(window.desk, "return")
    window.desk.ask.accept("A000017")


def choosing_lines(window):
    window.desk.till.answers["return_sums"] = done(
        back=BackSums(1_283_00, 300, 159), lines=lines(3)
    )
    window.desk.turn_to(Page("return", a_receipt()))
    return_marks.everything(window.desk, window.desk.page)


def an_open_return(window, shown=WHOSE, lines=None):
    open_one = (
        a_transaction(kind="return") if lines is None else a_transaction(lines, kind="return")
    )
    may = OfferedView(goods=shown.bare, discount=False, suspend=False)
    become(window, transaction=replace(open_one, returning=shown, may=may), member=None)


def why_of_a_past_receipt(window):
    """Asked on its page; rules of points and their limit among the rows."""
    rules = TraceRow(
        "rules", "Остальные правила", False, 0, (), (say("why.rules_gone", version=3),)
    )
    redeemed = (say("why.redeemed", points=Points(300)), say("limit.share", share=Rate(250_000),
                of=Money(318914)))  # fmt: skip
    paid = TraceRow("redeemed", "Списание баллов", True, 300_00, (1, 2), redeemed, (1, 2))
    tier = (say("why.earned", points=Points(159)), say("why.tier_multiplies", tier="Золото",
            times="3"))  # fmt: skip
    earned = TraceRow("e", "Баллы за покупку", True, 0, (1, 2), tier, (1, 2))
    trace = (*TRACE, earned, paid, rules)
    window.desk.till.answers["explain"] = done(trace=trace, receipt_number="A000017")
    window.desk.turn_to(Page("return", a_receipt()))
    perform(window.desk, "why")


SPLIT = (TenderView("cash", 99_50), TenderView("gift_card", 120_40, "··0001"))


def money_back_two_ways(window):
    """Before anything is opened: not all of it leaves the drawer."""
    window.desk.till.answers["return_sums"] = done(
        back=BackSums(219_90, 0, 11, ways=SPLIT), lines=lines(1)
    )
    window.desk.turn_to(Page("return", a_receipt()))
    return_marks.everything(window.desk, window.desk.page)


def open_two_ways(window, *ways):
    """The same return, open: the figure is the drawer's."""
    ways = ways or SPLIT
    whose = replace(WHOSE, points_back=0, points_taken=11, drawer_minor=_drawer(ways))
    back = replace(
        a_transaction(lines(1), kind="return"), due_minor=219_90, total_minor=219_90,
        list_total_minor=219_90, points_redeemed_minor=0, returning=whose,
        refunds=tuple(replace(one, amount_minor=-one.amount_minor) for one in ways),
    )  # fmt: skip
    become(window, transaction=back, member=None)


def _drawer(ways):
    return sum(one.amount_minor for one in ways if one.kind == "cash")


def returned(window, *ways, drawer=0, **more):
    last = a_last_sale(
        kind="return", total_minor=-219_90, change_due_minor=0, points_redeemed=0,
        drawer_minor=drawer, ways=ways, **more,
    )  # fmt: skip
    become(window, transaction=None, member=None, last_sale=last)


def half_an_exchange(window):
    """A till that was killed behind the return: told, shown, and waiting under F5."""
    returned(window, TenderView("exchange", 109_90))
    waits = SuspendedView("s1", "A000017", NOW, 1, 58_16, paid_minor=109_90)
    become(window, suspended=(waits,))
    window.desk.do(done(notice("half_exchange", Tone.WARNING, None, paid=Money(109_90))))


def half_put_back(window):
    """The same in a file that was put back from a copy: nobody knows what came after."""
    waits = SuspendedView("s1", "A000017", NOW, 1, 58_16, paid_minor=109_90, put_back=True)
    become(window, transaction=None, member=None, suspended=(waits,))
    told = notice("half_exchange_put_back", Tone.WARNING, None, paid=Money(12_345_678_90))
    window.desk.do(done(told))


def the_other_half(window):
    """Brought back: 51.74 is owed to the customer."""
    sale = replace(
        a_transaction(lines(1)), phase="tendering", total_minor=58_16, paid_minor=109_90,
        due_minor=0, change_due_minor=51_74, credit_minor=109_90, discount_total_minor=0,
    )  # fmt: skip
    become(window, transaction=sale, member=None)


def half_among_the_suspended(window):
    half_an_exchange(window)
    perform(window.desk, "suspended")


RETURNS = {
    "half_exchange": half_an_exchange,
    "half_exchange_put_back": half_put_back,
    "half_exchange_listed": half_among_the_suspended,
    "half_exchange_open": the_other_half,
    "return_two_ways": money_back_two_ways,
    "return_open_two_ways": open_two_ways,
    "returned_two_ways": lambda w: returned(w, *SPLIT[1:], drawer=99_50),
    "returned_to_card": lambda w: returned(w, TenderView("card", 219_90)),
    "why_of_a_past_receipt": why_of_a_past_receipt,
    "return_chosen": choosing_lines,
    "return_part": a_part_by_weight,
    "return_reason": why_it_comes_back,
    "return_all_back": wholly_back,
    "return_open": an_open_return,
    "return_open_nobody": lambda w: an_open_return(w, ReturnView("A000017", "", False)),
    "return_bare": lambda w: an_open_return(w, BARE),
    "return_bare_begun": lambda w: an_open_return(w, BARE, ()),
    "forgotten_card": lambda w: perform(w.desk, "forgotten_card"),
    "forgotten_card_whose": a_receipt_without_its_card,
}
