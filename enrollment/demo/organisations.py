"""The demo's offices, schools, classes to be and calendars: real places, invented schools."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice, product
from random import Random

from enrollment.demo import calendar
from numbering.models import CategoryCode
from xueji.organisations.models import (
    Area,
    Catchment,
    Division,
    Holiday,
    Level,
    Organisation,
    School,
    SchoolKind,
    SchoolYear,
    Stage,
    StageName,
    Term,
)
from xueji.organisations.queries import Lineage, lineages
from xueji.organisations.services import found

MOST_SCHOOLS = 150  # of a county; beyond that the tree gets further counties
FEWEST_SCHOOLS = 6
QIANAN, LUANZHOU = "130283", "130284"
# The first two codes of Qian'an stand in its rules. 滦州市's and every other county's code, and
# every category digit but Qian'an's 小学 0, are invented for the demo.
NUMBER_CODES = {QIANAN: "26", LUANZHOU: "27"}
CATEGORIES = {StageName.PRIMARY: "0", StageName.JUNIOR: "1"}

PRIMARY = (StageName.PRIMARY, 1, 6)
JUNIOR = (StageName.JUNIOR, 7, 3)
_WORDS = ("清春晨星云松竹石柳杏桃枫远朝明", "泉晖光河溪岭风林雨帆原洲峰湖桥")


@dataclass(frozen=True, kw_only=True)
class Form:
    """A sort of school: what it teaches, where its codes begin, how big it is."""

    title: str
    stages: tuple[tuple[str, int, int], ...]
    codes_from: int
    weight: float
    kind: str = SchoolKind.ORDINARY


VILLAGE = Form(title="小学", stages=(PRIMARY,), codes_from=1, weight=1.0)
TOWN = Form(title="小学", stages=(PRIMARY,), codes_from=301, weight=2.2)
MIDDLE = Form(title="初级中学", stages=(JUNIOR,), codes_from=501, weight=3.0)
NINE = Form(title="九年一贯制学校", stages=(PRIMARY, JUNIOR), codes_from=701, weight=0.8)
SPECIAL = Form(
    title="特殊教育学校", stages=(PRIMARY,), codes_from=801, weight=0.1, kind=SchoolKind.SPECIAL
)
FORMS = (VILLAGE, TOWN, MIDDLE, NINE, SPECIAL)


@dataclass(frozen=True, kw_only=True)
class Campus:
    """One school of the demo."""

    index: int  # its place in the demo, the same for the same seed
    lineage: Lineage
    form: Form
    villages: tuple[Division, ...]
    known_as: str  # the account of the contract whose school this is, or ""

    @property
    def pk(self) -> int:
        return self.lineage.school.pk

    @property
    def name(self) -> str:
        return self.lineage.school.organisation.name


@dataclass(kw_only=True)
class Sketch:
    """A school before it has rows."""

    form: Form
    division: Division
    known_as: str = ""
    villages: list[Division] = field(default_factory=list)


def build(schools: int, random: Random) -> list[Campus]:
    """Write the tree with that many schools; the schools of the accounts come first."""
    province = found(
        parent=None,
        level=Level.PROVINCE,
        name="河北省教育厅",
        division_code="13",
        rule_set="hebei",
        opened_on=calendar.POSTS_SINCE,
    )
    campuses = []
    for index, (code, share) in enumerate(_shares(schools)):
        county = _county(province, code, index)
        campuses += _schools(county, _sketches(county, share), random)
    found_lineages = lineages({pk for pk, *_ in campuses})
    campuses.sort(key=lambda campus: not campus[-1])
    return [
        Campus(
            index=index,
            lineage=found_lineages[pk],
            form=form,
            villages=tuple(villages),
            known_as=known_as,
        )
        for index, (pk, form, villages, known_as) in enumerate(campuses)
    ]


def _shares(schools: int) -> Iterator[tuple[str, int]]:
    """County codes with how many schools each gets: 滦州市 a tenth, big trees more counties."""
    more = max(0, -(-schools // MOST_SCHOOLS) - 2)
    if not more:
        second = max(2, min(schools // 10, MOST_SCHOOLS), schools - MOST_SCHOOLS)
        yield from ((QIANAN, schools - second), (LUANZHOU, second))
        return
    counties = Division.objects.filter(level="county", code__startswith="13").order_by("code")
    codes = [QIANAN, LUANZHOU]
    codes += [c.code[:6] for c in counties if c.code[:6] not in codes and _prefecture(c)]
    each, rest = divmod(schools, more + 2)
    for index, code in enumerate(codes[: more + 2]):
        yield code, each + (index < rest)


def _prefecture(county: Division) -> str:
    """``唐山市`` of ``河北省 唐山市 迁安市``; "" for a county that answers to the province."""
    names = county.full_name.split()
    return names[1] if len(names) == 3 else ""


def _county(province: Organisation, code: str, index: int) -> Organisation:
    division = Division.objects.get(code=f"{code}000000")
    name = f"{_prefecture(division)}教育局"
    prefecture = Organisation.objects.filter(parent=province, name=name).first() or found(
        parent=province,
        level=Level.PREFECTURE,
        name=name,
        division_code=code[:4],
        number_code=f"{int(code[2:4]):02d}",
        opened_on=calendar.POSTS_SINCE,
    )
    county = found(
        parent=prefecture,
        level=Level.COUNTY,
        name=f"{division.name}教育局",
        division_code=code,
        number_code=NUMBER_CODES.get(code, f"{28 + index % 72:02d}"),
        rule_set="qianan" if code == QIANAN else "national",
        opened_on=calendar.POSTS_SINCE,
    )
    CategoryCode.objects.bulk_create(
        CategoryCode(organisation=county, stage=stage, digit=digit)
        for stage, digit in CATEGORIES.items()
    )
    _calendar(county)
    return county


def _calendar(county: Organisation) -> None:
    for year, terms in calendar.TERMS.items():
        row = SchoolYear.objects.create(
            county=county,
            year=year,
            starts_on=calendar.year_starts(year),
            ends_on=calendar.year_ends(year),
        )
        Term.objects.bulk_create(
            Term(school_year=row, number=number, starts_on=starts, ends_on=ends)
            for number, (starts, ends) in enumerate(terms, start=1)
        )


def write_holidays() -> None:
    Holiday.objects.bulk_create(calendar.holidays(), ignore_conflicts=True)


def _sketches(county: Organisation, share: int) -> list[Sketch]:
    """The schools of a county: those of the accounts, then one division after the other."""
    rows = Division.objects.filter(level="township", code__startswith=county.division_code)
    divisions = list(rows.order_by("code"))
    by_name = {division.name: division for division in divisions}
    sketches = [
        Sketch(form=form, division=by_name[name], known_as=account)
        for name, form, account in _OF_ACCOUNTS.get(county.division_code, ())
    ]
    taken = {sketch.division.code for sketch in sketches}
    ring = sorted(divisions, key=lambda d: (d.code in taken, d.code))
    for index in range(max(0, share - len(sketches))):
        division = ring[index % len(ring)]
        usual = TOWN if _is_street(division) else VILLAGE
        sketches.append(Sketch(form=_UNUSUAL.get(index % 40, usual), division=division))
    return sketches[:share]


_OF_ACCOUNTS = {
    QIANAN: (
        ("建昌营镇", VILLAGE, "clerk"),
        ("杨各庄镇", VILLAGE, "clerk2"),
        ("兴安街道", TOWN, "urban"),
        ("永顺街道", MIDDLE, "junior"),
    ),
    LUANZHOU: (("雷庄镇", VILLAGE, "clerk9"), ("雷庄镇", VILLAGE, "")),
}
_UNUSUAL = {1: SPECIAL, 8: NINE, 18: MIDDLE, 30: MIDDLE}


def _is_street(division: Division) -> bool:
    return division.name.endswith("街道")


def _schools(county: Organisation, sketches: list[Sketch], random: Random):
    """Write the schools of a county; yield id, form, villages and account of each."""
    names = _names(county, random)
    codes = {form: count(form.codes_from) for form in FORMS}
    centres = _centres(county)
    _share_villages(sketches)
    rows, stages, catchments = [], [], []
    for sketch, name in zip(sketches, names, strict=False):
        central = sketch.form in (MIDDLE, SPECIAL)
        above = county if central else centres.get(sketch.division.name, county)
        code = f"{next(codes[sketch.form]):03d}"
        school = School(
            organisation=found(
                parent=above,
                level=Level.SCHOOL,
                name=name + sketch.form.title,
                division_code=sketch.division.code[:9],
                opened_on=calendar.POSTS_SINCE,
            ),
            county=county,
            code=code,
            identifier=f"2{county.division_code}{code}",
            kind=sketch.form.kind,
            area=Area.TOWNSHIP if above.level == Level.CENTRE else Area.URBAN,
            designated_for_borrowed=sketch.form is TOWN,
            connected_on=calendar.POSTS_SINCE,
        )
        rows.append(school)
        for stage, first_grade, years in sketch.form.stages:
            stages.append(Stage(school=school, stage=stage, first_grade=first_grade, years=years))
        if PRIMARY in sketch.form.stages and sketch.form.kind == SchoolKind.ORDINARY:
            catchments += [
                Catchment(school=school, code=village.code, name=village.name)
                for village in sketch.villages
            ]
    School.objects.bulk_create(rows)
    Stage.objects.bulk_create(stages)
    Catchment.objects.bulk_create(catchments, batch_size=2000)
    for row, sketch in zip(rows, sketches, strict=True):
        yield row.pk, sketch.form, sketch.villages, sketch.known_as


def _names(county: Organisation, random: Random) -> list[str]:
    names = ["".join(pair) for pair in product(*_WORDS)]
    random.shuffle(names)
    if county.division_code == QIANAN:
        names.sort(key=lambda name: name != "清泉")
    return names


def _centres(county: Organisation) -> dict[str, Organisation]:
    """The centre of every town; a street's schools answer to the county."""
    towns = Division.objects.filter(level="township", code__startswith=county.division_code)
    return {
        town.name: found(
            parent=county,
            level=Level.CENTRE,
            name=f"{town.name}中心校",
            division_code=town.code[:9],
            opened_on=calendar.POSTS_SINCE,
        )
        for town in towns.order_by("code")
        if not _is_street(town)
    }


def _share_villages(sketches: list[Sketch]) -> None:
    """Every village to one primary of its town; where none are known, the town itself."""
    for code in {sketch.division.code for sketch in sketches}:
        there = [s for s in sketches if s.division.code == code]
        primaries = [s for s in there if PRIMARY in s.form.stages and s.form is not SPECIAL]
        villages = list(
            Division.objects.filter(level="village", code__startswith=code[:9]).order_by("code")
        ) or [there[0].division]
        for index, sketch in enumerate(primaries):
            sketch.villages = list(islice(villages, index, None, len(primaries))) or villages
        for sketch in there:
            sketch.villages = sketch.villages or villages
