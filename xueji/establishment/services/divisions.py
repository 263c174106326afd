"""Adding townships, villages and communities of the county from a list: all of them or none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.establishment.models import ActKind
from xueji.establishment.services.common import Unfit, UnfitRows, county_of, keep
from xueji.identity.names import unseen
from xueji.identity.problems import Problem
from xueji.organisations.addresses import TOWNSHIP
from xueji.organisations.divisions import CODE, initials, short
from xueji.organisations.models import Division, Organisation

LISTED = 20  # names in the record of the act
LONGEST_NAME = 60


@dataclass(frozen=True)
class NewDivision:
    """A place as it is typed; its township follows from the code."""

    code: str
    name: str

    @property
    def township(self) -> str:
        return self.code[:TOWNSHIP].ljust(CODE, "0")

    @property
    def is_township(self) -> bool:
        return self.code == self.township


def check_divisions(
    rows: Sequence[NewDivision], *, county: Organisation
) -> tuple[list[list[Problem]], dict[str, Division]]:
    """What is wrong with each row, and the places there are already; one query."""
    wanted = {row.code for row in rows} | {row.township for row in rows}
    known = Division.objects.in_bulk(wanted | {county.division_code.ljust(CODE, "0")})
    towns = {row.code for row in rows if row.is_township}
    found: list[list[Problem]] = []
    seen: set[str] = set()
    for row in rows:
        found.append(list(_judge(row, county, known, towns, seen)))
        seen.add(row.code)
    return found, known


def _judge(
    row: NewDivision,
    county: Organisation,
    known: Mapping[str, Division],
    towns: Collection[str],
    seen: Collection[str],
) -> Iterable[Problem]:
    digits = row.code.isascii() and row.code.isdigit() and len(row.code) == CODE
    if not digits or not row.code.startswith(county.division_code):
        yield Problem(
            "digits",
            f"代码应是以本县 {county.division_code} 开头的 12 位数字。",
            "请照民政部门的区划代码填写。",
            field="code",
        )
        return
    if row.code in seen:
        yield Problem("twice", "这个代码在表里出现了两次。", "请删去一行。", field="code")
    if not row.name or len(row.name) > LONGEST_NAME:
        yield Problem("name", "名称没有填，或太长。", "请填村、社区的名称。", field="name")
    elif fault := unseen(row.name, "名称"):
        yield fault
    there = known.get(row.code)
    if there and there.name != short(row.name):
        yield Problem(
            "taken",
            f"代码 {row.code} 已是「{there.full_name}」。",
            "登记过的地址用着它，不能改名；请核对代码。",
            field="code",
        )
    if not row.is_township and row.township not in known and row.township not in towns:
        yield Problem(
            "township",
            f"没有代码为 {row.township} 的乡镇。",
            "请先在表里加上这个乡镇。",
            field="code",
        )


@transaction.atomic
def add_divisions(*, rows: Sequence[NewDivision], acting: Acting, reason: str = "") -> int:
    """Add the places that are not there yet; return how many.

    Raises PermissionDenied, UnfitRows, and Unfit for a list without rows.
    """
    county = county_of(acting)
    if not rows:
        problem = Problem("missing", "表里没有村、社区。", "请至少填一行。", field="text")
        raise Unfit([problem])
    problems, known = check_divisions(rows, county=county)
    if any(problems):
        raise UnfitRows(problems)
    head = known.get(county.division_code.ljust(CODE, "0"))
    above = {"": head.name if head else county.name}
    made = []
    for row in sorted(rows, key=lambda row: (not row.is_township, row.code)):
        if row.code in known:
            continue
        name = short(row.name)
        parts = (
            [above[""], name]
            if row.is_township
            else [*known[row.township].full_name.split(" "), name]
        )
        known[row.code] = Division(
            code=row.code,
            name=name,
            full_name=" ".join(parts)[-120:],
            initials=" ".join(map(initials, parts))[-60:],
            level="township" if row.is_township else "village",
        )
        made.append(known[row.code])
    Division.objects.bulk_create(made, batch_size=2000)
    if made:
        listed = "、".join(place.full_name for place in made[:LISTED])
        more = f" 等 {len(made)} 个" if len(made) > LISTED else ""
        changes = [("区划", "", f"{listed}{more}")]
        keep(county, ActKind.FACTS, acting=acting, changes=changes, reason=reason)
    return len(made)
