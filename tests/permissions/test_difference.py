"""Lists, counts and searches are the same with and without the rows of others.

Each page is asked for twice: in the site as it is, and after hundreds of pupils and cases were
added everywhere out of reach, with the same names, numbers and dates, sorting before and after the
own ones. Not a figure, not a page count, not a letter may differ.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date

import pytest
from django.urls import reverse

from tests.permissions import detectors
from tests.permissions.site import Site, Unit
from tests.permissions.sweep import Clients
from xueji.cases.models import Case, State, Step
from xueji.ledger.models import RegisterEvent
from xueji.students.models import Placement, PlacementKind, Student

PUPILS = 90  # added to every school out of reach, and a case for every fifth
WHO = ("clerk", "principal", "centre", "county", "county-head", "city", "province")
OWN = "清泉小学"


def pages(site: Site) -> list[str]:
    """What is asked for: every list with its filters and searches, and the pages of one row."""
    own = site.units[OWN]
    searches = {
        "",
        own.unplaced.name,
        own.unplaced.name[0],
        own.unplaced.name_initials,
        own.unplaced.name_full[:2],
        own.unplaced.id_number,
        own.numbered.number,
        "郏",
        "13028",
        "zzzz",
    }
    queries = [
        "grade=1",
        "grade=7",
        "status=enrolled",
        "status=suspended",
        "type=regular",
        f"after={own.unplaced.pk}",
        f"before={own.unplaced.pk}",
    ]
    return [
        reverse("desk"),
        *(f"{reverse('students')}?q={text}" for text in sorted(searches)),
        *(f"{reverse('students')}?{query}" for query in queries),
        *(f"{reverse('cases')}?tab={tab}" for tab in ("mine", "others", "overdue", "closed")),
        *(f"{reverse('reports_roster_new')}?{query}" for query in ("", *queries, "list=deferrals")),
        reverse("reports_rosters"),
        reverse("enrollment"),
        *(
            f"{reverse('enrollment')}?school={own.pk}&show={show}"
            for show in ("returned", "open", "unplaced")
        ),
        reverse("numbering"),
        f"{reverse('numbering')}?waiting=1",
        f"{reverse('numbering')}?year=2026",
        f"{reverse('numbering')}?year=2025",
        reverse("numbering_series", args=[own.pk, "primary", 2026]),
        reverse("student", args=[own.unplaced.pk]),
        reverse("case", args=[own.open.number]),
    ]


def answers(site: Site, who: str, paths: Iterable[str]) -> dict[str, str]:
    client = Clients(site).of(who)
    found = {}
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        found[path] = detectors.TOKEN.sub("…", response.content.decode())
    return found


def out_of_reach(site: Site, who: str) -> Iterator[Unit]:
    path = site.world.posts[who].organisation.path
    return (unit for unit in site.units.values() if not unit.path.startswith(path))


def crowd(site: Site, unit: Unit, size: int) -> None:
    """Many pupils and cases for a school, each made to be mistaken for an own one."""
    own = site.units[OWN]
    ids = [own.unplaced.pk, own.waiting.pk, own.numbered.pk]
    twins = list(Student.objects.filter(pk__in=ids))
    pupils = Student.objects.bulk_create(_pupil(twins[n % 3], unit, n) for n in range(size))
    Placement.objects.bulk_create(
        Placement(
            student=pupil,
            school_id=unit.pk,
            org_path=unit.path,
            school_class=unit.school_class,
            stage="primary",
            entry_year=2026,
            grade=1,
            kind=PlacementKind.BORROWED if n % 2 else PlacementKind.HOME,
            starts=date(2026, 9, 1),
        )
        for n, pupil in enumerate(pupils)
    )
    RegisterEvent.objects.bulk_create(
        _changed(event, student=pupil, number=own.numbered.number, school_path=unit.path)
        for event, pupil in zip(RegisterEvent.objects.order_by("pk"), pupils, strict=False)
    )
    for n, pupil in enumerate(pupils[::5]):
        _case(unit, pupil, n)


def _pupil(twin: Student, unit: Unit, n: int) -> Student:
    return _changed(
        twin,
        id_number=None,
        id_index=None,
        id_type="Z",
        name=twin.name if n % 2 else f"阿{twin.name}",
        name_full=twin.name_full if n % 2 else f"a{twin.name_full}",
        name_order=twin.name_order if n % 2 else f"a1阿{twin.name_order}",
        name_strokes=twin.name_strokes if n % 2 else f"07阿{twin.name_strokes}",
        number=None if n % 4 else twin.number,
        school_id=unit.pk,
        org_path=unit.path,
        school_class=unit.school_class if n % 3 else None,
    )


def _case(unit: Unit, pupil: Student, n: int) -> None:
    state = (State.OPEN, State.RETURNED, State.DONE)[n % 3]
    source = {State.OPEN: unit.open, State.RETURNED: unit.returned, State.DONE: unit.done}[state]
    case = _changed(
        Case.objects.get(pk=source.pk),
        number=f"2025-{unit.pk:03d}{n:03d}",
        student=pupil,
        title=pupil.name,
        due_on=date(2026, 8, 1) if source.due_on else None,
    )
    case.save()
    steps = Step.objects.filter(case=source)
    Step.objects.bulk_create([_changed(step, case=case) for step in steps])


def _changed(row, **fields):
    """A new row like ``row``."""
    new = copy(row)
    new.pk, new._state = None, copy(row._state)
    new._state.adding = True
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def differences(
    site: Site, who: str, *, paths: Iterable[str] = (), pupils: int = PUPILS
) -> list[str]:
    """Pages that look otherwise once others have more rows."""
    paths = paths or pages(site)
    before = answers(site, who, paths)
    for unit in out_of_reach(site, who):
        crowd(site, unit, pupils)
    after = answers(site, who, paths)
    return [path for path in paths if before[path] != after[path]]


@pytest.mark.parametrize("who", WHO)
def test_no_page_changes_with_the_rows_of_others(site, who):
    assert differences(site, who) == []


@pytest.mark.parametrize("who", ["clerk", "county"])
def test_each_list_changes_with_rows_of_ones_own(site, who):
    """The same rows in reach are seen: so the comparison above sees what it looks at."""
    paths = [
        reverse("desk"),
        reverse("students") + "?q=",
        reverse("students") + "?q=" + site.units[OWN].numbered.number,
        reverse("cases") + "?tab=others",
        reverse("cases") + "?tab=overdue",
        reverse("cases") + "?tab=closed",
        reverse("enrollment") + f"?school={site.units[OWN].pk}&show=unplaced",
        reverse("numbering") + "?waiting=1",
    ]
    before = answers(site, who, paths)
    crowd(site, site.units[OWN], 30)
    after = answers(site, who, paths)
    assert [path for path in paths if before[path] == after[path]] == []


def test_there_are_enough_rows_to_be_seen(site):
    added = [sum(PUPILS for _ in out_of_reach(site, who)) for who in WHO]
    assert (min(added), max(added)) == (PUPILS, 6 * PUPILS)
