"""The lists that a roster can be made of: their pupils, the columns they may show, their orders.

A list gives what the pages of its pupils give: of those who left, what was written while they were
here; of children in 缓学, no medical item; to a post that reads no medical items, none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from enrollment.queries import deferrals
from reports.queries import columns as all_columns
from reports.queries.columns import Column, member_fields, speaker
from xueji.accounts.access import Acting
from xueji.identity.classification import DataClass
from xueji.pages.pupil import former
from xueji.pages.selection import SORTS, in_order, selected
from xueji.students.models import FamilyMember, Placement, Student
from xueji.students.queries import NAME_ORDERS
from xueji.students.search import masked

CHUNK = 2000
# what of an address says which list it is, and in which order
KEPT = ("list", "place", "school", "grade", "status", "type", "class", "sort", "show")
Line = tuple[int, list[str]]  # a pupil's id, and the texts of the row


@dataclass(frozen=True, kw_only=True)
class Source:
    """One list as this post may see it. ``lines(columns, sort, whole)`` reads it to its end."""

    name: str
    title: str
    words: tuple[str, ...]
    sort: str
    sorts: Mapping[str, str]
    columns: Mapping[str, Column]
    may_be_whole: bool
    count: Callable[[], int]
    lines: Callable[[Sequence[Column], str, bool], Iterator[Line]]


def find(acting: Acting, query: Mapping[str, str], typed: str) -> Source:
    """The list that an address asks for; anything unknown is the roster of whoever is in reach."""
    if query.get("list") == "deferrals":
        found = _deferrals(acting, query.get("show", ""))
    elif query.get("place") == "former":
        found = _former(acting, typed)
    else:
        found = _students(acting, query, typed)
    sort = query.get("sort", "")
    return replace(found, sort=sort) if sort in found.sorts else found


def _students(acting: Acting, asked: Mapping[str, str], typed: str) -> Source:
    selection = selected(acting, asked, typed)

    def lines(columns: Sequence[Column], sort: str, whole: bool) -> Iterator[Line]:
        return read(in_order(selection.rows, sort), columns, whole=whole)

    words = selection.words
    return Source(
        name="students",
        title=f"{acting.post.organisation}{''.join(selection.chosen_words)}学生名册",
        words=words,
        sort="name",
        sorts={name: label for name, (label, _) in SORTS.items()},
        columns=_allowed(all_columns.every(), medical=acting.may("students.medical")),
        may_be_whole=True,
        count=selection.rows.order_by().count,
        lines=lines,
    )


def _deferrals(acting: Acting, show: str) -> Source:
    mine = (deferrals.due if show == "due" else deferrals.in_reach)(acting).order_by()
    own = mine.filter(case__student=OuterRef("pk"))
    rows = Student.objects.filter(pk__in=mine.values("case__student")).annotate(
        until=Subquery(own.values("until")[:1]),
        at_school=Subquery(own.values("case__school__organisation__name")[:1]),
    )
    orders = {"until": ("until", "pk")}
    orders |= {name: (key, "pk") for name, (_, key) in NAME_ORDERS.items()}
    every = _allowed(all_columns.every(), medical=False)
    placed = ("school", "school_identifier", "entry_year", "number", "grade", "school_class")
    until = Column(
        key="until",
        label="缓学到",
        group=all_columns.HOME,
        fields=("until",),
        say=lambda day: day.isoformat(),
        data_class=DataClass.PERSONAL,
    )
    columns = {
        "school": replace(every["school"], fields=("at_school",)),
        "until": until,
        **{key: column for key, column in every.items() if key not in placed},
    }
    return Source(
        name="deferrals",
        title=f"{acting.post.organisation}缓学名单",
        words=("缓学到期",) if show == "due" else ("缓学中",),
        sort="until",
        sorts={
            "until": "缓学到期先后",
            **{name: label for name, (label, _) in NAME_ORDERS.items()},
        },
        columns=columns,
        may_be_whole=True,
        count=rows.count,
        lines=lambda columns, sort, whole: read(rows.order_by(*orders[sort]), columns, whole=whole),
    )


def _former(acting: Acting, typed: str) -> Source:
    rows = former.leavers(acting, typed)

    def lines(columns: Sequence[Column], sort: str, whole: bool) -> Iterator[Line]:
        newest_first = [f"-{field}" for field in former.ORDER]
        return read_former(rows.order_by(*newest_first), columns)

    return Source(
        name="former",
        title=f"{acting.post.organisation}已离开学生名单",
        words=(f"查找“{masked(typed)}”",) if typed.strip() else (),
        sort="left",
        sorts={"left": "离开先后，后离开的在前"},
        columns=_of_leavers(),
        may_be_whole=False,
        count=rows.order_by().count,
        lines=lines,
    )


def _allowed(columns: Mapping[str, Column], *, medical: bool) -> dict[str, Column]:
    hidden = {DataClass.SECRET} | (set() if medical else {DataClass.MEDICAL})
    return {key: column for key, column in columns.items() if column.data_class not in hidden}


# of a leaver: what stands on the pupil's own row as it was, and the closed placement
LEFT = {
    "school": ("学校", "school"),
    "school_class": ("班级", "school_class"),
    "starts": ("在本校自", "starts"),
    "ends": ("至", "ends"),
}


def _of_leavers() -> dict[str, Column]:
    own = {
        key: column
        for key, column in all_columns.every().items()
        if not column.member and not any("__" in field for field in column.fields)
    }
    left = {
        key: Column(
            key=key,
            label=label,
            group=all_columns.HOME,
            fields=(f"left {field}",),
            say=str,
            data_class=DataClass.PUBLIC,
        )
        for key, (label, field) in LEFT.items()
    }
    return left | own


def read(rows: QuerySet[Student], columns: Sequence[Column], *, whole: bool) -> Iterator[Line]:
    """The rows through a cursor of the server, the families of each chunk in one query."""
    own, say = speaker(columns, whole=whole)
    members = member_fields(columns)
    found = rows.values_list("pk", *own).iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        families = _families([row[0] for row in some], members) if members else {}
        for pk, *values in some:
            yield pk, say(values, families.get(pk, ()))


def _families(students: Sequence[int], members: Sequence[str]) -> dict[int, list[Sequence[Any]]]:
    rows = FamilyMember.objects.filter(student__in=students).order_by("student", "position")
    found: dict[int, list[Sequence[Any]]] = {}
    for pk, *values in rows.values_list("student_id", *members):
        found.setdefault(pk, []).append(values)
    return found


def read_former(rows: QuerySet[Placement], columns: Sequence[Column]) -> Iterator[Line]:
    """Leavers as they were when they left, numbers always masked."""
    own, say = speaker(columns, whole=False)
    found = rows.select_related("school__organisation", "school_class").iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        for leaver in former.lines(some):
            values = [_left(leaver, field) for field in own]
            yield leaver.student.pk, say(values, ())


def _left(leaver: former.Leaver, field: str) -> Any:
    if field.startswith("left "):
        return getattr(leaver, field.removeprefix("left "))
    return getattr(leaver.student, field)
