"""Issuing register numbers against django-sequences writing the same rows, in one run.

Both sides number pupils that stand placed in the database: number, pupil, history and event in
one transaction. Writers are processes, rounds are interleaved, figures are medians of rounds.
"""

import gc
import json
import multiprocessing
import random
import statistics
import sys
import time
from datetime import date

import django
from django.conf import settings

settings.INSTALLED_APPS.append("sequences")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from sequences import get_next_value, get_next_values  # noqa: E402

from numbering import queries, services  # noqa: E402
from numbering.models import RegisterNumber, Series  # noqa: E402
from xueji.accounts.access import Acting  # noqa: E402
from xueji.accounts.models import User  # noqa: E402
from xueji.accounts.services import grant  # noqa: E402
from xueji.audit import history  # noqa: E402
from xueji.ledger import services as ledger  # noqa: E402
from xueji.ledger.models import EventKind  # noqa: E402
from xueji.organisations.models import Level, School, SchoolClass, Stage  # noqa: E402
from xueji.organisations.queries import lineages  # noqa: E402
from xueji.organisations.services import found  # noqa: E402
from xueji.students import services as students  # noqa: E402
from xueji.students.models import Student  # noqa: E402

SEED = 20260901
ROUNDS = 3
YEAR = 2026
KEY = {"stage": "primary", "entry_year": YEAR, "kind": "register"}
PEER = "django-sequences 3.0"
CLASS = 45

PUPILS = """
WITH pupil AS (
    INSERT INTO xueji_student (name, name_initials, name_full, sex, birth_date, nation, country,
        id_type, no_id_reason, hukou_kind, hukou_code, hukou_text, address_code, address_text,
        boarding, entry_mode, migrant, status, register_type, school_id, org_path,
        school_class_id, stage, entry_year, grade, version)
    SELECT '测' || n, 'c', 'ce', '1', '2020-03-17', '01', 'CHN', 'Z', '', '1', '', '军屯村', '',
        '军屯村', '1', '11', false, 'enrolled', 'regular', class.school_id, path, class.id,
        class.stage, class.entry_year, class.grade, 1
    FROM xueji_schoolclass class JOIN xueji_organisation ON xueji_organisation.id = class.school_id,
        generate_series(1, %(count)s) AS n
    WHERE class.school_id = ANY (%(schools)s)
    RETURNING *
)
INSERT INTO xueji_placement (student_id, school_id, org_path, school_class_id, stage, entry_year,
    grade, kind, starts)
SELECT id, school_id, org_path, school_class_id, stage, entry_year, grade, 'home', '2026-09-01'
FROM pupil RETURNING student_id, school_id
"""


class Town:
    """A province of one centre, for one run, so that school codes and numbers start afresh."""

    def __init__(self) -> None:
        office = None
        for level, name, code in (
            (Level.PROVINCE, "省", ""),
            (Level.PREFECTURE, "市", "02"),
            (Level.COUNTY, "县", "26"),
            (Level.CENTRE, "中心校", ""),
        ):
            rules = "qianan" if level == Level.COUNTY else ""
            office = found(parent=office, level=level, name=name, number_code=code, rule_set=rules)
        self.centre, self.count = office, 0
        user = User.objects.create_user(f"officer{office.pk}", "专员")
        post = grant(user=user, role="centre_officer", organisation=office, starts=date(2020, 1, 1))
        self.acting = Acting(user=user, post=post, at=timezone.now())

    def schools(self, count: int) -> list[int]:
        """Ids of new schools with one class of first-graders each."""
        made = []
        for _ in range(count):
            self.count += 1
            node = found(parent=self.centre, level=Level.SCHOOL, name=f"小学{self.count}")
            school = School.objects.create(
                organisation=node,
                county=self.centre.parent,
                code=f"{self.count:03d}",
                identifier=f"{node.pk:010d}",
                kind="ordinary",
                area="township",
                connected_on=date(2020, 9, 1),
            )
            Stage.objects.create(school=school, stage="primary", first_grade=1, years=6)
            SchoolClass.objects.create(
                school=school, stage="primary", entry_year=YEAR, number=1, grade=1, capacity=45
            )
            made.append(node.pk)
        return made

    def pupils(self, schools: list[int], each: int) -> list[tuple[int, int]]:
        """(pupil, school) of ``each`` new pupils in every school, all waiting for a number."""
        with connection.cursor() as cursor:
            cursor.execute(PUPILS, {"schools": schools, "count": each})
            rows = cursor.fetchall()
            cursor.execute("ANALYZE xueji_student, xueji_placement, xueji_schoolclass")
        return rows


# -- the two ways ---------------------------------------------------------------------------------
def ours_append(acting, lineage, pk):
    with transaction.atomic():
        locked = students.lock([pk])
        services.allocate(acting=acting, lineage=lineage, students=[locked[pk]], **KEY)


def ours_batch(acting, lineage, token):
    services.issue(acting=acting, lineage=lineage, token=token, **KEY)


def peer_append(acting, lineage, pk):
    with transaction.atomic():
        student = Student.objects.select_for_update(of=("self",)).get(pk=pk)
        series = Series.objects.get(unit=lineage.school.pk, **KEY)
        school_class = SchoolClass.objects.get(pk=student.school_class_id)
        serial = get_next_value(f"peer-{series.pk}")
        _write_with_orm(acting, lineage, series, [(student, school_class, serial)])


def peer_batch(acting, lineage, _token):
    with transaction.atomic():
        pupils = list(
            Student.objects.select_for_update(of=("self",))
            .filter(school=lineage.school.pk, entry_year=YEAR, number=None, status="enrolled")
            .select_related("school_class")
            .order_by("pk")
        )
        series = Series.objects.get(unit=lineage.school.pk, **KEY)
        serials = get_next_values(len(pupils), f"peer-{series.pk}")
        rows = [(p, p.school_class, n) for p, n in zip(pupils, serials, strict=True)]
        _write_with_orm(acting, lineage, series, rows)


def _write_with_orm(acting, lineage, series, rows):
    for student, _, serial in rows:
        student.number = series.number(serial)
        student.version += 1
    RegisterNumber.objects.bulk_create(
        RegisterNumber(
            province=lineage.province,
            series=series,
            serial=serial,
            number=student.number,
            holder=student,
            starts=acting.today,
        )
        for student, _, serial in rows
    )
    history.update(
        [student for student, _, _ in rows],
        fields=("number", "version"),
        acting=acting,
        reason="编学籍号",
    )
    facts = [
        ledger.Fact(
            kind=EventKind.NUMBERED,
            student=student,
            lineage=lineage,
            effective_on=acting.today,
            stage="primary",
            grade=student.grade,
            class_name=str(school_class),
            number=student.number,
        )
        for student, school_class, _ in rows
    ]
    ledger.write(facts, acting=acting)


# -- runs -----------------------------------------------------------------------------------------
def writer(way, acting, work, offices, start, seconds, out) -> None:
    """Number one's own pupils until the time is over; send back what each took."""
    gc.freeze()
    connection.ensure_connection()
    took, failed = [], 0
    start.wait()
    until = time.perf_counter() + seconds
    for pk, school in work:
        began = time.perf_counter()
        if began >= until:
            break
        try:
            way(acting, offices[school], pk)
        except Exception as error:  # a failure of either side is part of the result
            failed += 1
            print(repr(error), file=sys.stderr)
        took.append(time.perf_counter() - began)
    else:
        print("a writer ran out of pupils", file=sys.stderr)
        failed += 1
    out.put((took, failed))


def run(way, *, writers, series, seconds) -> dict:
    """Let ``writers`` processes number pupils of ``series`` new series at once."""
    town = Town()
    schools = town.schools(series)
    offices = lineages(set(schools))
    Series.objects.bulk_create(
        Series(
            province=offices[pk].province,
            unit=offices[pk].school,
            prefix=f"022626{offices[pk].school.code}0",
            **KEY,
        )
        for pk in schools
    )
    pupils = town.pupils(schools, 9000 // series if series > 1 else 9000)
    random.Random(SEED + writers).shuffle(pupils)
    for pk in offices:  # touch what every page has loaded already
        assert offices[pk].province
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    start, out = fork.Barrier(writers + 1), fork.Queue()
    processes = [
        fork.Process(
            target=writer,
            args=(way, town.acting, pupils[n::writers], offices, start, seconds, out),
        )
        for n in range(writers)
    ]
    for process in processes:
        process.start()
    start.wait()
    results = [out.get() for _ in processes]
    for process in processes:
        process.join()
    took = sorted(t for times, _ in results for t in times)
    counts = [len(times) for times, _ in results]
    return {
        "rate": round(len(took) / seconds, 1),
        "p50_ms": round(1000 * took[len(took) // 2], 2),
        "p99_ms": round(1000 * took[int(len(took) * 0.99)], 2),
        "served": round(min(counts) / max(counts), 2),
        "failed": sum(failed for _, failed in results),
    }


def batches(town, count: int) -> dict[str, list[float]]:
    """Seconds that each class of 45 took, ours and the peer's in turn."""
    took = {"ours": [], "peer": []}
    for school in town.schools(count):
        lineage = lineages({school})[school]
        prefix = f"022626{lineage.school.code}0"
        Series.objects.create(province=lineage.province, unit=lineage.school, prefix=prefix, **KEY)
        for name, way in random.Random(SEED + school).sample(
            [("ours", ours_batch), ("peer", peer_batch)], k=2
        ):
            if name == "peer":  # the peer's serials go on after ours, and the other way round
                last = Series.objects.get(unit=school).last
                get_next_values(last, f"peer-{Series.objects.get(unit=school).pk}") if last else 0
            town.pupils([school], CLASS)
            token = queries.preview(lineage=lineage, on=town.acting.today, **KEY).token
            began = time.perf_counter()
            way(town.acting, lineage, token)
            took[name].append(time.perf_counter() - began)
            if name == "peer":
                Series.objects.filter(unit=school).update(
                    last=RegisterNumber.objects.filter(series__unit=school).count()
                )
    return took


# -- figures --------------------------------------------------------------------------------------
def report(name, ours, peer, *, target, samples, better=1) -> bool:
    """Print one line; ``better`` is -1 where less is better."""
    ratio = ours / peer if better == 1 else peer / ours
    line = {
        "bench": f"numbering.{name}",
        "ours": ours,
        "peer": peer,
        "peer_name": PEER,
        "ratio": round(ratio, 2),
        "target": target,
        "ok": ratio >= target,
        "samples": samples,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return line["ok"]


def main() -> int:
    with connection.cursor() as cursor:
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone()[0] == "on", f"{setting} must be on"
    call_command("migrate", verbosity=0, skip_checks=True)
    took = batches(Town(), 30)
    rates = {name: round(CLASS / statistics.median(times), 1) for name, times in took.items()}
    samples = {name: [round(1000 * t, 2) for t in times] for name, times in took.items()}
    passed = [report("batch_of_45", rates["ours"], rates["peer"], target=1.5, samples=samples)]
    for name, writers, series, target in (
        ("append_hot_1", 1, 1, 1),
        ("append_hot_8", 8, 1, 1),
        ("append_hot_32", 32, 1, 1),
        ("append_spread_8", 8, 200, 1.5),
    ):
        samples = {"ours": [], "peer": []}
        for _ in range(ROUNDS):
            for side, way in (("ours", ours_append), ("peer", peer_append)):
                samples[side].append(run(way, writers=writers, series=series, seconds=3))

        def figure(side, key, samples=samples):
            return statistics.median(sample[key] for sample in samples[side])

        failures = sum(s["failed"] for s in samples["ours"])
        passed.append(
            report(
                name, figure("ours", "rate"), figure("peer", "rate"), target=target, samples=samples
            )
            and not failures
        )
        if writers == 32:
            p99 = [figure(side, "p99_ms") for side in ("ours", "peer")]
            passed.append(report(f"{name}_p99_ms", *p99, target=3, samples=samples, better=-1))
            served = figure("ours", "served")
            passed.append(
                report(f"{name}_least_to_most_served", served, 1, target=0.8, samples=samples)
            )
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
