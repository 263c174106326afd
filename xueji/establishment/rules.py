"""What a new or changed office must be like: values in, problems out. No queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xueji.identity.names import unseen
from xueji.identity.problems import Problem
from xueji.organisations.models import Area, Level, SchoolKind, StageName

LONGEST_NAME = 60
MOST_YEARS = 12
LONGEST_YEAR = 366  # days of a school year
# the grade in which a stage usually begins, and how long it usually is
USUAL = {StageName.PRIMARY: (1, 6), StageName.JUNIOR: (7, 3), StageName.SENIOR: (10, 3)}


@dataclass(frozen=True)
class StageFacts:
    """Grades ``first`` to ``first + years - 1`` of a stage."""

    stage: str
    first: int
    years: int

    def __str__(self) -> str:
        label = StageName(self.stage).label
        usual = USUAL[StageName(self.stage)][0] == self.first
        return f"{label} {self.years} 年" + ("" if usual else f"（{self.first} 年级起）")

    @property
    def grades(self) -> range:
        return range(self.first, self.first + self.years)


@dataclass(frozen=True, kw_only=True)
class NewOffice:
    """A centre or school to be, as it was typed; ``parent`` names its centre, "" the county."""

    place: int = 0  # in the list that it comes from
    level: Level
    name: str
    parent: str = ""
    division_code: str = ""
    code: str = ""
    identifier: str = ""
    kind: str = SchoolKind.ORDINARY
    area: str = Area.TOWNSHIP
    designated: bool = False
    stages: tuple[StageFacts, ...] | None = ()  # none: what was typed is not read
    opened_on: date | None = None


@dataclass(kw_only=True)
class Taken:
    """What the county has already: codes are never used again, not even those of closed schools."""

    county: str
    county_code: str
    centres: dict[str, bool] = field(default_factory=dict)  # name → open
    names: dict[tuple[str, str], str] = field(default_factory=dict)  # (parent, name) → which
    codes: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, str] = field(default_factory=dict)


def judge(rows: Sequence[NewOffice], taken: Taken, *, today: date) -> list[list[Problem]]:
    """What is wrong with each row; a row also meets those before it. ``taken`` grows with them."""
    found = []
    for row in rows:
        found.append(list(_judge(row, taken, today)))
        _take(row, taken, f"本表第 {row.place} 行")
    return found


def _judge(row: NewOffice, taken: Taken, today: date) -> Iterable[Problem]:
    yield from of_name(row.name)
    if other := taken.names.get((row.parent, row.name)):
        yield Problem(
            "taken", f"{other}已经叫这个名称。", "请核对，或写全称以示区别。", field="name"
        )
    if row.opened_on and row.opened_on > today:
        yield Problem("future", "设立日期还没有到。", "请填已经设立的日期。", field="opened_on")
    if row.level == Level.CENTRE:
        yield from of_division(row.division_code, taken.county_code)
        return
    if row.parent and not taken.centres.get(row.parent, False):
        why = "已经撤销" if row.parent in taken.centres else "在本县找不到"
        yield Problem(
            "parent",
            f"上级「{row.parent[:30]}」{why}。",
            "请填本县中心校的全称；县直属的留空。",
            field="parent",
        )
    yield from of_code(row.code, taken)
    yield from of_identifier(row.identifier, taken)
    if row.kind not in SchoolKind.values:
        yield Problem(
            "kind", "办学类型读不懂。", f"请填 {'、'.join(SchoolKind.labels)} 之一。", field="kind"
        )
    if row.area not in Area.values:
        yield Problem("area", "城乡读不懂。", f"请填 {'、'.join(Area.labels)} 之一。", field="area")
    elif row.parent and row.area == Area.URBAN:
        yield Problem(
            "area",
            "城区学校由教育局直接管理，不在中心校之下。",
            "请改为乡镇，或把上级留空（QIANAN-1.1）。",
            field="area",
        )
    yield from of_stages(row.stages)


def _take(row: NewOffice, taken: Taken, where: str) -> None:
    taken.names.setdefault((row.parent, row.name), where)
    if row.level == Level.CENTRE:
        taken.centres.setdefault(row.name, True)
    else:
        taken.codes.setdefault(row.code, where)
        taken.identifiers.setdefault(row.identifier, where)


def of_name(name: str) -> Iterable[Problem]:
    if not name:
        yield Problem("missing", "还没有填名称。", "请填批文上的全称。", field="name")
    elif len(name) > LONGEST_NAME:
        yield Problem("long", f"名称超过 {LONGEST_NAME} 个字。", "请填批文上的全称。", field="name")
    elif fault := unseen(name, "名称"):
        yield fault


def of_code(code: str, taken: Taken) -> Iterable[Problem]:
    """QIANAN-3.1.5: three digits, unique in the county; what was used once is never used again."""
    if not _digits(code, 3) or code == "000":
        yield Problem(
            "digits", "学校代码应是 001—999 的三位数字。", "请照本县学校代码表填写。", field="code"
        )
    elif other := taken.codes.get(code):
        yield Problem(
            "taken",
            f"学校代码 {code} 是{other}的。代码一校一个，撤销、合并的学校用过的也不再用。",
            "请换一个没有用过的代码。",
            field="code",
        )


def of_identifier(identifier: str, taken: Taken) -> Iterable[Problem]:
    if not _digits(identifier, 10):
        yield Problem(
            "digits",
            "学校标识码应是 10 位数字。",
            "请照上级下发的学校标识码逐位核对。",
            field="identifier",
        )
    elif other := taken.identifiers.get(identifier):
        yield Problem(
            "taken",
            f"学校标识码 {identifier} 已是{other}的。",
            "一校一码，终身不变；请核对是哪一所填错。",
            field="identifier",
        )


def of_division(code: str, county_code: str) -> Iterable[Problem]:
    if not _digits(code, 9) or not code.startswith(county_code):
        yield Problem(
            "digits",
            f"乡镇代码应是以 {county_code} 开头的 9 位数字。",
            "请填中心校所在乡镇的行政区划代码前 9 位。",
            field="division_code",
        )


def of_stages(stages: Sequence[StageFacts] | None) -> Iterable[Problem]:
    """At least one; grades within 1 to 12, none in two stages."""
    if stages is None:
        yield Problem(
            "unread",
            "学段学制读不懂。",
            "请写成 小学6、小学5+初中4 这样；一贯制学校分学段写。",
            field="stages",
        )
        return
    if not stages:
        yield Problem("missing", "还没有填学段。", "请至少选一个学段。", field="stages")
        return
    grades: list[int] = []
    for one in stages:
        if one.first < 1 or one.years < 1 or one.first + one.years - 1 > MOST_YEARS:
            yield Problem(
                "range",
                f"{StageName(one.stage).label}的年级不在 1—12 之内。",
                "请核对起始年级和学制。",
                field="stages",
            )
        elif one.years > (longest := USUAL[StageName(one.stage)][1] + 1):
            yield Problem(
                "length",
                f"{StageName(one.stage).label}学制 {one.years} 年太长，最多 {longest} 年。",
                "一贯制学校请分学段写，如：小学6+初中3。",
                field="stages",
            )
        grades += one.grades
    if len(grades) != len(set(grades)):
        yield Problem(
            "overlap",
            "两个学段的年级重叠。",
            "五四学制的初中从 6 年级起，请核对起始年级。",
            field="stages",
        )


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


@dataclass(frozen=True, kw_only=True)
class Year:
    """A school year with its terms, as typed."""

    year: int
    starts_on: date
    ends_on: date
    terms: tuple[tuple[date, date], ...]


def of_year(typed: Year, others: Mapping[int, tuple[date, date]]) -> Iterable[Problem]:
    """Years do not overlap, terms lie inside their year one after the other."""
    if typed.starts_on.year != typed.year:
        yield Problem(
            "year",
            f"{typed.year}—{typed.year + 1} 学年应在 {typed.year} 年开始。",
            "请核对学年的开始日期。",
            field="starts_on",
        )
    if typed.ends_on <= typed.starts_on:
        yield Problem("order", "学年的结束不晚于开始。", "请核对两个日期。", field="ends_on")
    elif (typed.ends_on - typed.starts_on).days > LONGEST_YEAR:
        yield Problem("length", "学年超过一年。", "请核对结束的日期。", field="ends_on")
    for year, (starts, ends) in others.items():
        if year != typed.year and typed.starts_on <= ends and starts <= typed.ends_on:
            yield Problem(
                "overlap",
                f"和 {year}—{year + 1} 学年（{starts} 至 {ends}）重叠。",
                "请核对开始和结束日期。",
                field="starts_on",
            )
    last = None
    for number, (starts, ends) in enumerate(typed.terms, start=1):
        name = f"term{number}_starts"
        if ends <= starts:
            yield Problem(
                "order", f"第 {number} 学期放假不晚于开学。", "请核对两个日期。", field=name
            )
        if starts < typed.starts_on or ends > typed.ends_on:
            yield Problem(
                "outside", f"第 {number} 学期不在学年之内。", "请核对学期的日期。", field=name
            )
        if last and starts <= last:
            yield Problem(
                "overlap", "第 2 学期开学不晚于第 1 学期放假。", "请核对学期的日期。", field=name
            )
        last = ends


@dataclass(frozen=True)
class Day:
    """A day that differs from its weekday, as typed."""

    date: date
    working: bool
    name: str

    def __str__(self) -> str:
        return f"{'上班' if self.working else '放假'} {self.name}"


MOST_DAYS, LONGEST_DAY = 120, 40


def of_days(year: int, days: Sequence[Day]) -> Iterable[Problem]:
    """Each day of the year once, and only where the weekday would say otherwise."""
    if len(days) > MOST_DAYS:
        yield Problem("many", f"超过 {MOST_DAYS} 天。", "请只列放假和调休的日子。", field="text")
        return
    seen: set[date] = set()
    for day in days:
        if day.date.year != year:
            yield Problem("year", f"{day.date} 不在 {year} 年。", "请分年录入。", field="text")
        if day.date in seen:
            yield Problem("twice", f"{day.date} 写了两次。", "请删去一行。", field="text")
        seen.add(day.date)
        if day.working == (day.date.isoweekday() <= 5):
            usual = "本来就是工作日" if day.working else "本来就是周末"
            yield Problem("usual", f"{day.date} {usual}。", "不用列，请删去这一行。", field="text")
        if not day.name or len(day.name) > LONGEST_DAY:
            message = f"{day.date} 没有写是什么节，或太长。"
            yield Problem("name", message, "请写节日名，如：春节。", field="text")
