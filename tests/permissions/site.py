"""A county with neighbours on every side, in which every person and number is unmistakable.

Each school has pupils in every state the product knows. All names, document numbers, telephones,
house numbers and case numbers are canaries: wherever one is seen, it tells whose row leaked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from itertools import count

from django.db import connection

from enrollment.models import (
    BatchState,
    Draw,
    ImportBatch,
    ImportedRow,
    PhotoBatch,
    PhotoBatchState,
    Takeover,
    TakeoverState,
)
from enrollment.services import draw as drawing
from enrollment.services.assign import assign
from enrollment.services.batch.keeping import XLSX
from reports import excel
from reports.models import ExportState, RosterExport
from reports.queries import sources
from reports.services import rosters
from tests import pupils
from tests import world as worlds
from tests.conduct import entries
from tests.documents import portraits, scans
from tests.establishment import orders
from tests.numbering import making
from tests.world import World, hire, open_school, open_year
from xueji.accounts.models import User
from xueji.cases import services
from xueji.cases.models import Case, Paper
from xueji.conduct import services as conduct
from xueji.conduct.models import Conduct
from xueji.documents import services as documents
from xueji.dossiers import services as dossiers
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.establishment.models import Order
from xueji.organisations.models import Level, School, SchoolClass, SchoolKind
from xueji.organisations.queries import lineage
from xueji.organisations.services import found
from xueji.students import identity_documents, photos
from xueji.students import services as students
from xueji.students.models import Student

MISSING = 999_999_999
FIRST_ID = 700_000_000  # of pupils, cases and papers: nothing else in the world has such an id

# school → (surname of its pupils, clerk, signatures of its route, where its pupils live)
QINGQUAN = pupils.living_in("130283103227", "建昌营镇 军屯村")
LINQUAN = pupils.living_in("130283103228", "建昌营镇 清泉村")
SCHOOLS = {
    "清泉小学": ("郯", "clerk", ("principal", "centre", "county"), QINGQUAN),
    "邻泉小学": ("郏", "clerk1b", ("principal1b", "centre", "county"), LINQUAN),
    "上庄小学": ("邴", "clerk2", ("principal2", "centre2", "county"), pupils.SHANGZHUANG),
    "迁安城区小学": ("邸", "urban", ("urban-principal", "county", "county-head"), pupils.URBAN),
    "滦州甲小学": ("郗", "clerk9", ("principal9", "centre9", "county9"), pupils.LUANZHOU),
    "卢龙乙小学": ("郜", "clerk8", ("principal8", "centre8", "county8"), pupils.LUANZHOU),
    "津门丙小学": ("鄢", "clerk7", ("principal7", "centre7", "county7"), pupils.LUANZHOU),
}
SPECIAL = "滦州甲小学"  # its pupils may be taken into ordinary classes without transfer
NUMBERED = ("清泉小学", "邻泉小学", "上庄小学")
ELSEWHERE = {
    "8": ("河北省教育厅", "秦皇岛市教育局", "卢龙县教育局", "卢龙乙镇中心校", "卢龙乙小学"),
    "7": ("天津市教育委员会", "津南市教育局", "津门县教育局", "津门丙镇中心校", "津门丙小学"),
}
DIVISION = {"8": "130324100", "7": "120224100"}
RARE = "珏璟瑄瑢瑷琮琬琰璐璠瑭璩璆瓒璋瓘璇瑾璘瑗"
OCTOBER = date(2026, 10, 1)
_serial = count(1)


@dataclass(frozen=True)
class Canary:
    """A text that stands for one row: seen by somebody out of reach of ``path``, it is a leak."""

    text: str
    path: str
    what: str


@dataclass
class Unit:
    """One school with a pupil and a case in each state."""

    name: str
    path: str
    pk: int
    clerk: str
    unplaced: Student = None  # enrolled, waits for a class
    waiting: Student = None  # in a class, waits for a number
    numbered: Student = None
    open: Case = None  # waits for the principal
    done: Case = None  # could be undone
    returned: Case = None  # waits for the clerk
    draft: Case = None
    deferral: Case = None  # of a child in 缓学
    deferral_back: Case = None  # an application for 缓学 that waits for the clerk
    paper: Paper = None  # of the open case, with a scan
    bare_paper: Paper = None  # of the open case, without one
    filed: DossierPaper = None  # in the file of ``unplaced``, who has a photograph as well
    sanction: Conduct = None  # of ``unplaced``, not revoked
    school_class: SchoolClass = None
    draw: Draw = None
    roster: RosterExport = None  # taken out by the clerk
    asked: RosterExport = None  # asked for by the clerk, waits for the principal
    batch: ImportBatch = None  # an intake by workbook, to which the open case belongs
    takeover: Takeover = None  # under way, with faults in its workbook
    photos: PhotoBatch = None  # looked through
    order: Order = None  # waits for its day
    token: str = "0" * 64  # of the numbers that its allocator would issue now


@dataclass
class Site:
    """The world, its schools, and what must not be seen from elsewhere."""

    world: World
    units: dict[str, Unit] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)  # whole document and telephone numbers
    pupil_of: dict[str, int] = field(default_factory=dict)  # name → id; drafts are nobody: 0

    def foreign(self, path: str) -> Iterator[Canary]:
        """What a post at ``path`` must never be shown."""
        return (
            canary
            for canary in self.canaries
            if not canary.path.startswith(path)
            and not (canary.what == "person" and path.startswith(canary.path))
        )


def build() -> Site:
    """The whole site, by the product's own services; about eight seconds."""
    site = Site(worlds.build())
    _neighbours(site.world)
    _far_away_ids()
    for name in SCHOOLS:
        _fill(site, name)
    School.objects.filter(organisation__name=SPECIAL).update(kind=SchoolKind.SPECIAL)
    last = 0
    while (last := dossiers.assess_some(after=last, today=worlds.NOON.date())) is not None:
        continue
    yesterday = worlds.NOON.date() - timedelta(days=1)  # nobody waits a month here
    Dossier.objects.update(remind_on=yesterday, due_on=yesterday)
    hire(site.world, "teacher", "teacher", "清泉小学")
    User.objects.create(username="nobody", name="某nobody")
    _name_everybody(site)
    return site


def _neighbours(world: World) -> None:
    """Another prefecture, and another province."""
    levels = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.CENTRE)
    for digit, (*offices, school) in ELSEWHERE.items():
        parent = None
        for level, name in zip(levels, offices, strict=True):
            if name not in world.organisations:
                world.organisations[name] = found(
                    parent=parent,
                    level=level,
                    name=name,
                    division_code=DIVISION[digit][: 2 * level + (level == Level.CENTRE)],
                    number_code=f"{digit}{level}",
                    rule_set="national",
                )
            parent = world.organisations[name]
        open_year(world, offices[2])
        open_school(world, offices[3], school, f"00{digit}", [])
        for role, place in (
            ("clerk", school),
            ("principal", school),
            ("centre_officer", offices[3]),
            ("county_officer", offices[2]),
        ):
            hire(world, f"{role.split('_')[0]}{digit}", role, place)


def _far_away_ids() -> None:
    with connection.cursor() as cursor:
        tables = [
            f"xueji_{name}" for name in "student case paper dossierpaper conduct order".split()
        ]
        rows = [f"enrollment_{name}" for name in ("importbatch", "takeover", "photobatch")]
        for table in (*tables, *rows):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, FIRST_ID])


def _imported(world: World, unit: Unit) -> ImportBatch:
    """An intake that was stored, with the workbook that once went back."""
    post = world.posts[unit.clerk]
    name = f"{unit.name}新生.xlsx"
    kept = documents.keep(name=name, content_type=XLSX, data=b"PK", post=post, at=worlds.NOON)
    batch = ImportBatch.objects.create(
        school=world.schools[unit.name],
        post=post,
        opened_at=worlds.NOON,
        stored_at=worlds.NOON,
        file_name=name,
        state=BatchState.STORED,
        rows=1,
        marked=kept,
    )
    ImportedRow.objects.create(case=unit.open, batch=batch, line=2, digest=b"1" * 32)
    return batch


def _taken_over(world: World, unit: Unit, officer: str) -> Takeover:
    """A workbook of its county with faults, and the one that goes back."""
    post, name = world.posts[officer], f"{unit.name}在校学生.xlsx"
    kept = documents.keep(name=name, content_type=XLSX, data=b"PK", post=post, at=worlds.NOON)
    return Takeover.objects.create(
        school=world.schools[unit.name],
        as_on=worlds.NOON.date(),
        basis="建库通知",
        opened_by=post,
        opened_at=worlds.NOON,
        uploaded_by=post,
        uploaded_at=worlds.NOON,
        file_name=name,
        state=TakeoverState.FAULTY,
        rows=1,
        faulty=1,
        marked=kept,
    )


def _photographed(world: World, unit: Unit) -> PhotoBatch:
    post, name = world.posts[unit.clerk], f"{unit.name}照片.zip"
    kept = documents.keep(
        name=name, content_type="application/zip", data=b"PK", post=post, at=worlds.NOON
    )
    return PhotoBatch.objects.create(
        school=world.schools[unit.name],
        post=post,
        opened_at=worlds.NOON,
        file_name=name,
        state=PhotoBatchState.DONE,
        summary={"left": [], "total": 0},
        source=kept,
    )


def _fill(site: Site, name: str) -> None:
    surname, clerk, route, home = SCHOOLS[name]
    world, school = site.world, site.world.schools[name]
    unit = Unit(name=name, path=school.organisation.path, pk=school.pk, clerk=clerk)
    site.units[name] = unit
    site.canaries.append(Canary(name, unit.path, "school"))
    unit.school_class = school.classes.get(number=1)

    def case(*signatures: str, **more) -> Case:
        row = new_row(site, unit, surname, home)
        return pupils.sign(world, pupils.submitted(world, clerk, **row), *signatures, **more)

    def put_in_class(student: Student) -> Student:
        acting = world.acting(clerk)
        assign(student_ids=[student.pk], school_class=unit.school_class, acting=acting)
        return student

    case(*route)
    unit.draw = _drawn(world, name, clerk)
    unit.done = case(*route)
    unit.unplaced = unit.done.student
    unit.open = case()
    unit.batch = _imported(world, unit)
    unit.takeover = _taken_over(world, unit, route[-1])
    unit.photos = _photographed(world, unit)
    unit.returned = case(route[0], decision="returned")
    unit.deferral, unit.deferral_back = _deferrals(site, unit, surname, home, route)
    unit.draft = _draft(site, unit, surname, home)
    if name in NUMBERED:
        unit.numbered = put_in_class(case(*route).student)
        making.issue(world, name, who=route[1])
        unit.numbered.refresh_from_db()
    unit.waiting = put_in_class(case(*route).student)
    if name in NUMBERED:
        unit.token = making.token(world, name)
    unit.bare_paper, unit.paper = unit.open.papers.order_by("pk")[:2]
    unit.paper.document = documents.store(
        name=f"{unit.open.student.name}户口簿.jpg", data=scans.jpeg(), acting=world.acting(clerk)
    )
    unit.paper.save(update_fields=["document"])
    _keep(site, unit)
    _take_out(site, unit)
    unit.order = orders.enter(world, "close", name, who=route[-1], effective_on=OCTOBER)
    for known in Case.objects.filter(school=school):
        site.canaries.append(Canary(known.number, unit.path, "case"))
    for student in Student.objects.filter(cases__school=school):
        site.pupil_of[student.name] = student.pk


def _keep(site: Site, unit: Unit) -> None:
    """A photograph, a scan in the file, a sanction and a document of before for ``unplaced``."""
    acting, pk = site.world.acting(unit.clerk), unit.unplaced.pk
    student = students.lock([pk])[pk]
    photos.replace(student=student, data=BytesIO(portraits.jpeg(200, 260)), acting=acting)
    unit.filed = dossiers.add(
        student=student,
        kind="vaccination",
        name=f"{student.name}接种证.jpg",
        data=BytesIO(scans.jpeg()),
        acting=acting,
    )
    unit.sanction = conduct.record(
        student=student,
        entry=entries.sanction(unit=unit.name),
        file_name=f"{student.name}处分决定.jpg",
        data=BytesIO(scans.jpeg()),
        acting=acting,
    )
    number = pupils.id_number()
    site.numbers.add(number)
    site.canaries.append(Canary(number, unit.path, "pupil"))
    identity_documents.add_former(
        student=student,
        id_type="1",
        number=number,
        used_until=worlds.NOON.date(),
        acting=acting,
        reason="补录以前的证件",
    )


def _take_out(site: Site, unit: Unit) -> None:
    """A roster with masked numbers, and one with whole ones that waits for the principal."""
    acting = site.world.acting(unit.clerk)
    source = sources.find(acting, {}, "")
    typed = {"sort": "name", "title": "", "format": "csv", "purpose": "学校存档", "query": ""}
    asked = rosters.Asked(columns=["name", "id_number"], whole=False, **typed)
    unit.roster = rosters.ask(source=source, asked=asked, acting=acting)
    excel.make(unit.roster, source, acting)
    unit.asked = RosterExport.objects.create(
        post=acting.post,
        asked_at=acting.at,
        source=source.name,
        columns=["name"],
        whole=True,
        rows=201,
        state=ExportState.WAITING,
        approver_role="principal",
        approver_at=acting.post.organisation,
        **typed,
    )


def new_row(site: Site, unit: Unit, surname: str, home: dict[str, str]) -> dict[str, str]:
    """What is typed about one more pupil, of whom nothing has been seen before."""
    serial = next(_serial)
    tens, ones = divmod(serial, len(RARE))
    name = f"{surname}{RARE[tens]}{RARE[ones]}"
    numbers = {
        "id_number": pupils.id_number(),
        "phone": f"139{serial:08d}",
        "m1_phone": f"138{serial:08d}",
        "m1_id_number": pupils.id_number(
            born=worlds.NOON.date().replace(year=1990), order=2 * serial - 1
        ),
    }
    texts = {
        "name": name,
        "m1_name": f"{surname}爸{RARE[tens]}{RARE[ones]}",
        "address_text": f"{home['address_text']} 门牌{serial:04d}号",
    }
    site.numbers |= set(numbers.values())
    for text in (*numbers.values(), texts["name"], texts["m1_name"], f"门牌{serial:04d}号"):
        site.canaries.append(Canary(text, unit.path, "pupil"))
    site.pupil_of[name] = 0
    return {**home, **numbers, **texts}


def _drawn(world: World, school: str, clerk: str) -> Draw:
    """Put whoever waits into classes by a balanced assignment."""
    place, acting = lineage(world.schools[school].pk), world.acting(clerk)
    asked = question(world.schools[school])
    planned = drawing.plan(school=place, asked=asked, acting=acting)
    return drawing.confirm(
        school=place, asked=asked, is_typed=True, token=planned.token, acting=acting
    )


def question(school: School) -> drawing.Asked:
    """A balanced assignment of whoever waits over all classes of the school."""
    classes = school.classes.order_by("number").values_list("pk", flat=True)
    return drawing.Asked(entry_year=2026, classes=tuple(classes), keys=("birth",), seed="8136")


def _draft(site: Site, unit: Unit, surname: str, home: dict[str, str]) -> Case:
    row = pupils.row(**new_row(site, unit, surname, home))
    return services.open_draft(
        kind="enrollment",
        school=site.world.schools[unit.name],
        acting=site.world.acting(unit.clerk),
        values={"tab": "", "row": row},
        title=row["name"],
    )


def _deferrals(
    site: Site, unit: Unit, surname: str, home: dict[str, str], route: tuple[str, ...]
) -> tuple[Case, Case]:
    """A child in 缓学, and an application that came back."""

    def case(*signatures: str, **more: str) -> Case:
        row = new_row(site, unit, surname, home)
        return pupils.sign(
            site.world, pupils.applied(site.world, unit.clerk, **row), *signatures, **more
        )

    granting = [person for person in route if person != "county-head"]
    return case(*granting), case(route[0], decision="returned")


def _name_everybody(site: Site) -> None:
    """Give each member of staff a name in which no other's is contained."""
    for serial, (username, post) in enumerate(sorted(site.world.posts.items())):
        post.user.name = f"员{RARE[serial // 20]}{RARE[serial % 20]}"
        User.objects.filter(username=username).update(name=post.user.name)
        site.canaries.append(Canary(post.user.name, post.organisation.path, "person"))
