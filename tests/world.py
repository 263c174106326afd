"""A small, complete world: a county with two centres, an urban and a junior school, and a
second county. Every unit and person carries a name of its own, so that a leak can be seen."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate

from tests.remembered import Past
from xueji.accounts import services as accounts
from xueji.accounts.access import Acting
from xueji.accounts.models import Post, User
from xueji.organisations.models import (
    Area,
    Catchment,
    Division,
    Level,
    Organisation,
    School,
    SchoolClass,
    SchoolKind,
    SchoolYear,
    Stage,
    StageName,
    Term,
)
from xueji.organisations.services import found

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 9, 2, 12, 0, tzinfo=ZONE)  # a Wednesday in the first week of term
PASSWORD = "Wanmei-shijie-2026"
VILLAGES = {
    "130283103227": "建昌营镇 军屯村",
    "130283103228": "建昌营镇 清泉村",
    "130283101201": "杨各庄镇 上庄村",
    "130283001006": "永顺街道 迁钢社区",
    "130284100200": "滦州甲镇 甲村",
}

# username, role, organisation: the contract's accounts
PEOPLE = (
    ("clerk", "clerk", "清泉小学"),
    ("principal", "principal", "清泉小学"),
    ("clerk1b", "clerk", "邻泉小学"),
    ("principal1b", "principal", "邻泉小学"),
    ("centre", "centre_officer", "建昌营镇中心校"),
    ("clerk2", "clerk", "上庄小学"),
    ("principal2", "principal", "上庄小学"),
    ("centre2", "centre_officer", "杨各庄镇中心校"),
    ("urban", "clerk", "迁安城区小学"),
    ("urban-principal", "principal", "迁安城区小学"),
    ("junior", "clerk", "迁安初级中学"),
    ("junior-principal", "principal", "迁安初级中学"),
    ("county", "county_officer", "迁安市教育局"),
    ("county-head", "county_head", "迁安市教育局"),
    ("clerk9", "clerk", "滦州甲小学"),
    ("principal9", "principal", "滦州甲小学"),
    ("centre9", "centre_officer", "滦州甲镇中心校"),
    ("county9", "county_officer", "滦州市教育局"),
    ("city", "prefecture_officer", "唐山市教育局"),
    ("province", "province_officer", "河北省教育厅"),
    ("auditor", "auditor", "迁安市教育局"),
    ("admin", "administrator", "迁安市教育局"),
    ("security", "security", "迁安市教育局"),
)


@dataclass
class World:
    """Organisations by name, posts by username, and a way to act as somebody."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    url: str = ""  # where a browser finds it
    past: Past | None = None  # tests/remembered.py

    def acting(self, username: str, *, at: datetime = NOON) -> Acting:
        post = self.posts[username]
        return Acting(user=post.user, post=post, at=at)

    def school_of(self, username: str) -> School:
        return self.schools[self.posts[username].organisation.name]


@cache
def _password() -> str:
    return make_password(PASSWORD)


def build() -> World:
    """Found everything; about 150 queries."""
    world = World()

    def office(parent: str, level: Level, name: str, **more) -> Organisation:
        world.organisations[name] = found(
            parent=world.organisations.get(parent), level=level, name=name, **more
        )
        return world.organisations[name]

    office("", Level.PROVINCE, "河北省教育厅", division_code="13", rule_set="hebei")
    office("河北省教育厅", Level.PREFECTURE, "唐山市教育局", division_code="1302", number_code="02")
    county = {"division_code": "130283", "number_code": "26", "rule_set": "qianan"}
    office("唐山市教育局", Level.COUNTY, "迁安市教育局", **county)
    office("迁安市教育局", Level.CENTRE, "建昌营镇中心校", division_code="130283103")
    office("迁安市教育局", Level.CENTRE, "杨各庄镇中心校", division_code="130283101")
    county = {"division_code": "130284", "number_code": "27", "rule_set": "national"}
    office("唐山市教育局", Level.COUNTY, "滦州市教育局", **county)
    office("滦州市教育局", Level.CENTRE, "滦州甲镇中心校", division_code="130284100")

    open_school(world, "建昌营镇中心校", "清泉小学", "017", ["130283103227", "130283103228"])
    open_school(world, "建昌营镇中心校", "邻泉小学", "018", ["130283103228"])
    open_school(world, "杨各庄镇中心校", "上庄小学", "034", ["130283101201"])
    open_school(
        world,
        "迁安市教育局",
        "迁安城区小学",
        "101",
        ["130283001006"],
        area=Area.URBAN,
        designated=True,
    )
    junior = (StageName.JUNIOR, 7, 3)
    open_school(world, "迁安市教育局", "迁安初级中学", "201", [], area=Area.URBAN, stage=junior)
    open_school(world, "滦州甲镇中心校", "滦州甲小学", "005", ["130284100200"])

    for name in ("迁安市教育局", "滦州市教育局"):
        open_year(world, name)
    Division.objects.bulk_create(
        Division(code=code, name=name, full_name=name, initials="", level="village")
        for code, name in VILLAGES.items()
    )
    for username, role, place in PEOPLE:
        hire(world, username, role, place)
    return world


def hire(world: World, username: str, role: str, place: str, *, name: str = "") -> Post:
    """Give a new person a post at a place; the person's name is the username in capitals."""
    user = User.objects.create(
        username=username, name=name or f"某{username}", password=_password()
    )
    post = accounts.grant(
        user=user,
        role=role,
        organisation=world.organisations[place],
        starts=NOON.date() - timedelta(days=400),
    )
    world.posts[username] = post
    return post


def hire_also(world: World, username: str, place: str) -> Post:
    """Let somebody hold the same post at a second place too, since yesterday."""
    first = world.posts[username]
    return accounts.grant(
        user=first.user,
        role=first.role,
        organisation=world.organisations[place],
        starts=localdate() - timedelta(days=1),
    )


def open_year(world: World, county: str) -> None:
    """The school year 2026 of a county, with its two terms."""
    year = SchoolYear.objects.create(
        county=world.organisations[county],
        year=2026,
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 8, 31),
    )
    spans = [(date(2026, 9, 1), date(2027, 1, 20)), (date(2027, 2, 22), date(2027, 7, 5))]
    for number, (starts, ends) in enumerate(spans, start=1):
        Term.objects.create(school_year=year, number=number, starts_on=starts, ends_on=ends)


def open_school(
    world: World,
    parent: str,
    name: str,
    code: str,
    villages: list[str],
    *,
    area: str = Area.TOWNSHIP,
    designated: bool = False,
    stage: tuple[str, int, int] = (StageName.PRIMARY, 1, 6),
) -> School:
    """A school that works, with its catchment and the two classes of 2026."""
    above = world.organisations[parent]
    node = found(parent=above, level=Level.SCHOOL, name=name)
    county = next(
        o for o in Organisation.objects.above(node.path).order_by("path") if o.level == Level.COUNTY
    )
    school = School.objects.create(
        organisation=node,
        county=county,
        code=code,
        identifier=f"2{county.division_code}{code}",
        kind=SchoolKind.ORDINARY,
        area=area,
        designated_for_borrowed=designated,
        connected_on=date(2020, 9, 1),
    )
    Stage.objects.create(school=school, stage=stage[0], first_grade=stage[1], years=stage[2])
    Catchment.objects.bulk_create(
        Catchment(school=school, code=village, name=VILLAGES[village]) for village in villages
    )
    SchoolClass.objects.bulk_create(
        SchoolClass(
            school=school,
            stage=stage[0],
            entry_year=2026,
            number=number,
            grade=stage[1],
            capacity=45,
        )
        for number in (1, 2)
    )
    world.organisations[name], world.schools[name] = node, school
    return school
