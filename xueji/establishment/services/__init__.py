"""Acts of the county on its tree; one module per kind of act."""

from xueji.establishment.services.add import add
from xueji.establishment.services.calendar import save_year
from xueji.establishment.services.common import Outdated, Unchanged, Unfit, UnfitRows
from xueji.establishment.services.divisions import add_divisions
from xueji.establishment.services.holidays import set_holidays
from xueji.establishment.services.keep import change_catchment, connect, edit_facts, set_stages
from xueji.establishment.services.orders import carry_out, carry_out_due, enter, withdraw
from xueji.establishment.services.rule_sets import name_rules

__all__ = [
    "Outdated",
    "Unchanged",
    "Unfit",
    "UnfitRows",
    "add",
    "add_divisions",
    "carry_out",
    "carry_out_due",
    "change_catchment",
    "connect",
    "edit_facts",
    "enter",
    "name_rules",
    "save_year",
    "set_holidays",
    "set_stages",
    "withdraw",
]
