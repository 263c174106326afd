"""A province full of transfers for a benchmark, and its people at their desks.

Written set-based, as no service would: rows copied from one of each kind. Nobody's name, school or
signature means anything here; how many wait for whom, for how long and where does.
"""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.test import Client
from django.utils import timezone

from transfers.models import Transfer
from xueji.accounts.models import User
from xueji.accounts.services import grant
from xueji.cases.models import Case
from xueji.organisations.models import Level, Organisation, School, Stage
from xueji.organisations.services import found
from xueji.students.models import Student

PREFECTURES, COUNTIES, CENTRES, SCHOOLS = 2, 5, 10, 10  # each below each
FEW = 10  # cases, and as many that are done
ROLES = {
    "clerk": Level.SCHOOL,
    "principal": Level.SCHOOL,
    "centre_officer": Level.CENTRE,
    "county_officer": Level.COUNTY,
    "prefecture_officer": Level.PREFECTURE,
    "province_officer": Level.PROVINCE,
}

# a surname of 200, and two characters of 500 and of 700: names as alike as names are
NAME = (
    "chr(20000 + (n % 200)::int) || chr(21000 + ((n * 7919) % 500)::int)"
    " || chr(22000 + ((n * 104729) % 700)::int)"
)
ONE_NAME = chr(20007) + chr(21000 + 7 * 7919 % 500)  # of the seventh case, and of one in a thousand

# n → two schools with the offices above them, and the position of the route that it waits at: 0 is
# the maker, to whom it was returned. Of the first ten under way, all late, five leave the first
# school and five come to it, so that each list has some of them; the first ten done all left it.
# Of all others those that are done lie evenly among those under way.
PLAN = """
CREATE TEMP TABLE plan AS
SELECT n, is_done, is_done AND n %% 2 = 0 AS is_outside,
    there.*, here.school, here.path, here.centre, here.county,
    CASE WHEN is_done THEN NULL WHEN %(few)s THEN n / 2 %% 6
        ELSE (n * 7919) %% 97 %% 6 END AS turn,
    %(today)s::date - ((n * 104729) %% 30)::int AS since,
    %(today)s::date + (CASE WHEN %(few)s THEN -n ELSE (n * 15485863) %% 31 - 20 END)::int AS due
FROM (SELECT n, CASE WHEN %(few)s THEN n > %(open)s
        ELSE (n - %(first)s + 1) * %(done)s / %(all)s > (n - %(first)s) * %(done)s / %(all)s
        END AS is_done
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS each
JOIN bench_school here ON here.place = CASE WHEN NOT %(few)s THEN n %% %(schools)s
    WHEN n %% 2 = 0 AND NOT is_done THEN %(schools)s - 1 - n %% 23 ELSE 0 END
JOIN (SELECT place AS to_place, school AS to_school, county AS to_county FROM bench_school) there
    ON there.to_place = (here.place + 1 + n %% 23) %% %(schools)s
"""
STEPS = """
INSERT INTO xueji_step (case_id, round, position, organisation_id, role, returns_to, decision, note,
    decided_by_id, decided_post_id, decided_at)
SELECT c.id, 1, route.position, route.office, route.role,
    CASE WHEN route.position > 3 THEN 3 END,
    CASE WHEN route.position = 0 THEN 'submitted' WHEN turn = 0 AND route.position = 1
        THEN 'returned' WHEN is_done OR route.position < turn THEN 'agreed' END,
    '', signer.user_id, signer.id,
    CASE WHEN signer.id IS NOT NULL THEN since::timestamptz END
FROM plan JOIN xueji_case c ON c.number = 'B' || n
CROSS JOIN LATERAL (VALUES (0, school, 'clerk'), (1, school, 'principal'),
    (2, centre, 'centre_officer'), (3, county, 'county_officer'), (4, to_school, 'clerk'),
    (5, to_school, 'principal')) AS route (position, office, role)
LEFT JOIN xueji_post signer ON signer.role = route.role AND (is_done OR route.position < turn
    OR turn = 0 AND route.position < 2)
WHERE NOT (is_outside AND route.position > 3)
"""
WAITS = """(CASE turn WHEN 0 THEN school WHEN 1 THEN school WHEN 2 THEN centre WHEN 3 THEN county
    WHEN 4 THEN to_school WHEN 5 THEN to_school END)"""
FOR = """coalesce((ARRAY['clerk', 'principal', 'centre_officer', 'county_officer', 'clerk',
    'principal'])[turn + 1], '')"""


def copies(row, rows: str, **changes: str) -> str:
    """Write ``row`` once for each of ``rows``, with the columns in ``changes`` by SQL."""
    columns = [one.column for one in row._meta.concrete_fields if one.column != "id"]
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    table, pk = row._meta.db_table, row._meta.pk.column
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t, {rows}'
        f' WHERE t."{pk}" = {row.pk} ORDER BY n'
    )


class Province:
    """A tree of a thousand schools, and one person for each kind of post above the first."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.users: dict[str, User] = {}
        schools = []
        province = found(parent=None, level=Level.PROVINCE, name="省", rule_set="qianan")
        for prefecture in self._below(province, Level.PREFECTURE, PREFECTURES):
            for county in self._below(prefecture, Level.COUNTY, COUNTIES):
                for centre in self._below(county, Level.CENTRE, CENTRES):
                    for node in self._below(centre, Level.SCHOOL, SCHOOLS):
                        schools.append((node, centre, county))
        self._open(schools)
        line = [*Organisation.objects.above(schools[0][0].path)]
        for role, level in ROLES.items():
            self.users[role] = User.objects.create(username=role, name=role)
            office = next(office for office in line if office.level == level)
            since = date(2020, 1, 1)
            grant(user=self.users[role], role=role, organisation=office, starts=since)
        self.model = self._models(schools[0][0].school)
        self.cases = 0

    def client(self, role: str) -> Client:
        """The person of that role, logged in."""
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(self.users[role])
        return client

    def _below(self, parent: Organisation, level: Level, count: int) -> Iterator[Organisation]:
        for number in range(count):
            yield found(parent=parent, level=level, name=f"{parent.name}{number}")

    def _open(self, schools: list[tuple[Organisation, Organisation, Organisation]]) -> None:
        School.objects.bulk_create(
            School(
                organisation=node,
                county=county,
                code=f"{place % 100 + 1:03d}",
                identifier=f"{place:010d}",
                kind="ordinary",
                area="township",
                connected_on=date(2020, 9, 1),
            )
            for place, (node, _, county) in enumerate(schools)
        )
        Stage.objects.bulk_create(
            Stage(school_id=node.pk, stage="primary", first_grade=1, years=6)
            for node, *_ in schools
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE bench_school (place int PRIMARY KEY, school bigint, path text,"
                " centre bigint, county bigint)"
            )
            cursor.executemany(
                "INSERT INTO bench_school VALUES (%s, %s, %s, %s, %s)",
                [
                    (place, node.pk, node.path, centre.pk, county.pk)
                    for place, (node, centre, county) in enumerate(schools)
                ],
            )

    def _models(self, school: School) -> tuple[Student, Case, Transfer]:
        """The rows that all others are copies of; withdrawn, so that no list has them."""
        post = self.users["clerk"].posts.get()
        student = Student.objects.create(
            name="测",
            sex="1",
            id_type="Z",
            register_type="regular",
            birth_date=date(2018, 3, 17),
            status="enrolled",
            school=school,
            org_path=school.organisation.path,
            stage="primary",
            entry_year=2024,
            grade=3,
        )
        case = Case.objects.create(
            kind="transfer",
            number="B0",
            title="测",
            student=student,
            school=school,
            org_path=school.organisation.path,
            opener=post.user,
            opened_post=post,
            opened_at=timezone.now(),
            state="withdrawn",
            exclusive=True,
            rule_set="qianan",
            rule_date=self.today,
        )
        transfer = Transfer.objects.create(
            case=case,
            direction="between_townships",
            from_school=school,
            to_school=school,
            stage="primary",
            grade=3,
            entry_year=2024,
            reason="move",
            former_status="enrolled",
        )
        return student, case, transfer

    def fill(self, count: int, *, done: int) -> None:
        """So many more cases that wait for somebody, and so many that are done."""
        student, case, transfer = self.model
        first, last = self.cases + 1, self.cases + count + done
        few = last <= 2 * FEW
        plan = {
            "first": first,
            "last": last,
            "open": self.cases + count,
            "done": done,
            "all": count + done,
            "today": self.today,
            "few": few,
            "schools": PREFECTURES * COUNTIES * CENTRES * SCHOOLS,
        }
        gone = "CASE WHEN is_outside THEN {} ELSE {} END"
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS plan")
            cursor.execute(PLAN, plan)
            cursor.execute("SELECT max(id) FROM xueji_student")
            before = cursor.fetchone()[0] - first + 1
            cursor.execute(
                copies(
                    student,
                    "plan",
                    name=NAME,
                    school_id=gone.format("NULL", "school"),
                    org_path=gone.format("NULL", "path"),
                    stage=gone.format("''", "t.stage"),
                    entry_year=gone.format("NULL", "t.entry_year"),
                    grade=gone.format("NULL", "t.grade"),
                    status=gone.format("'transferred'", "t.status"),
                )
            )
            cursor.execute(
                copies(
                    case,
                    "plan",
                    number="'B' || n",
                    title=NAME,
                    student_id=f"n + {before}",
                    school_id="school",
                    org_path="path",
                    state="CASE WHEN is_done THEN 'done' WHEN turn = 0 THEN 'returned' ELSE 'open'"
                    " END",
                    round="1",
                    waiting_at_id=WAITS,
                    waiting_role=FOR,
                    waiting_since="CASE WHEN NOT is_done THEN since::timestamptz END",
                    due_on="CASE WHEN NOT is_done THEN due END",
                    approved="coalesce(turn > 3, false)",
                    closed_at="CASE WHEN is_done THEN since::timestamptz END",
                )
            )
            cursor.execute(
                copies(
                    transfer,
                    "plan JOIN xueji_case c ON c.number = 'B' || n",
                    case_id="c.id",
                    from_school_id="school",
                    to_school_id=gone.format("NULL", "to_school"),
                    direction=gone.format("'to_outside'", "t.direction"),
                    receipt_open="is_outside",
                    file_open="is_done",
                )
            )
            cursor.execute(STEPS)
            cursor.execute("VACUUM ANALYZE")
        self.cases = last
