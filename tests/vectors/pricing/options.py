"""The closed list of engine policies a neutral case may name, with their defaults. Never a rule."""

from collections.abc import Mapping
from typing import Any

from tests.vectors.outcome import NotModelled

UNKNOWN_OPTION = "unknown option"

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "order_of_steps": (
        "percent_first",
        "amount_first",
        "priority",
        "priority_low_first",
        "listed",
        "best_total",
    ),
    "stacking": (
        "net",
        "list_additive",
        "best_per_line",
        "parallel_in_priority",
        "compound_in_priority",
        "best_in_priority",
    ),
    "stack_selection": (
        "best_total",
        "all_in_order",
        "exclusive_by_priority",
        "one_order_percent",
    ),
    "condition_base": ("list", "net_after_line_promotions", "net_after_earlier_promotions"),
    "discount_rounding": ("half_up", "half_up_sum", "price_half_up", "floor"),
    "allocation": (
        "largest_remainder",
        "first_lines",
        "last_line",
        "half_down_first_lines",
        "half_up_fix_one",
        "equal_per_unit",
        "largest_line",
    ),
    "unit_choice": ("best_for_customer", "best_for_shop", "cart_order"),
    "gift_tiers": ("single", "largest_first"),
    "cumulative_bound": ("upper_inclusive", "lower_inclusive"),
    "tier_bound": ("lower_inclusive", "upper_inclusive"),
    "counts_current_receipt": ("no", "gross"),
    "tier_base": ("earlier_spend", "balance"),
    "excluded_goods": ("count", "ignored"),
    "gift_card": ("money", "discount"),
    "period_clock": ("store_local_sale_time", "server_arrival"),
    "earn_base": (
        "paid_money",
        "before_redemption",
        "before_order_discounts",
        "none_if_redeemed",
    ),
    "earn_rounding": ("floor_receipt", "floor_line", "half_up_per_program", "none"),
    "earn_cap": ("last", "before_boost"),
    "earn_available": ("next_day", "at_once"),
    "redeem_share_base": ("allowed_goods_net", "whole_receipt_net"),
    "redeem_excess": ("cut", "reject"),
    "lot_order": ("earliest_expiry_first", "oldest_issued_first"),
    "expiry_last_day": ("inclusive", "exclusive"),
    "restored_lot_expiry": ("own_date_14_days_if_ended", "own_date"),
    "negative_balance": ("debt", "floor_zero"),
    "refund_discount": ("stored_net", "reprice_kept"),
    "refund_points": ("difference", "proportional"),
    "refund_tender": ("cash_card_points", "proportional"),
    "sync_ledger": ("idempotent_any_order", "as_arrived"),
    "peer_quirk": ("", "taxed_discount_line", "percent_on_partly_discounted_units"),
}
"""Every option and its values; the first is the default."""

LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("allocation", "first_lines"): "odd units to named lines",
    ("allocation", "last_line"): "odd units to named lines",
    ("allocation", "half_down_first_lines"): "odd units to named lines",
    ("allocation", "half_up_fix_one"): "odd units to named lines",
    ("gift_card", "discount"): "gift card as a discount",
    ("period_clock", "server_arrival"): "month of the server",
    ("earn_cap", "before_boost"): "cap before the boost",
    ("redeem_share_base", "whole_receipt_net"): "share of goods points may not pay",
    ("restored_lot_expiry", "own_date"): "points restored dead",
    ("negative_balance", "floor_zero"): "debt forgiven",
    ("refund_discount", "reprice_kept"): "kept goods priced again",
    ("refund_tender", "proportional"): "refund in shares",
    ("sync_ledger", "as_arrived"): "ledger as it arrives",
    ("peer_quirk", "taxed_discount_line"): "quirk of a peer",
    ("peer_quirk", "percent_on_partly_discounted_units"): "quirk of a peer",
}
"""What a shop would not ask for, with the name of the reason (tests.vectors.reasons)."""


class Options(dict[str, str]):
    """The policies of one case: what it lists, the defaults for the rest."""

    def __init__(self, listed: Mapping[str, Any] | None) -> None:
        super().__init__({key: values[0] for key, values in OPTIONS.items()})
        self.listed = frozenset(listed or ())
        for key, value in (listed or {}).items():
            if value not in OPTIONS.get(key, ()):
                raise NotModelled(UNKNOWN_OPTION)
            if (key, value) in LEFT_OUT:
                raise NotModelled(LEFT_OUT[key, value])
            self[key] = value
