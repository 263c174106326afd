"""Orders as the county enters them, and what both checks say of the register afterwards."""

from datetime import date
from io import BytesIO

from django.db.models import Sum

from numbering.queries.check import check as check_numbers
from tests.documents import scans
from tests.world import World
from xueji.accounts.access import Acting
from xueji.establishment import services
from xueji.establishment.models import Order, OrderKind
from xueji.establishment.services.judging import NewOrder
from xueji.ledger.check import check as check_ledger
from xueji.ledger.models import RegisterEvent

MOVE = ("move", "清泉小学", "杨各庄镇中心校")
MERGE = ("merge", "清泉小学", "邻泉小学")
OCTOBER = date(2026, 10, 1)


def enter(
    world: World,
    kind: str,
    school: str,
    into: str = "",
    *,
    who: str = "county",
    acting: Acting | None = None,
    **changes: object,
) -> Order:
    """An order on ``school``, by default of 1 September 2026: its day has come."""
    typed = {"number": "迁教〔2026〕18 号", "decided_on": date(2026, 8, 20)}
    typed |= {"effective_on": date(2026, 9, 1), **changes}
    return services.enter(
        typed=NewOrder(
            kind=OrderKind(kind),
            school_id=world.organisations[school].pk,
            into_id=world.organisations[into].pk if into else None,
            **typed,
        ),
        file_name="文件.jpg",
        data=BytesIO(scans.jpeg()),
        acting=acting or world.acting(who),
    )


def hand_over(
    world: World,
    school: str = "清泉小学",
    number: int = 1,
    into: str = "邻泉小学",
    **changes: object,
) -> Order:
    """An order on one class of the cohort of 2026, of the same day."""
    row = world.schools[school].classes.get(entry_year=2026, number=number)
    return enter(world, "class", school, into, **{"school_class_id": row.pk, **changes})


def faults() -> list:
    """Whatever ``check_ledger`` and ``check_numbers`` find."""
    return [*check_ledger()["faults"], *check_numbers().faults]


def sums(**by) -> dict[int, int]:
    """在读 of each unit by the ledger."""
    rows = RegisterEvent.objects.filter(**by).order_by().values_list("unit_id")
    return {unit: total for unit, total in rows.annotate(Sum("change")) if total}
