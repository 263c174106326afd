"""The facts of a pupil as they stood on a day, from history and the days of the events.

A change takes effect on the day that the event of its act says, without event on the day it was
written. What was undone never was. What was typed before the register was built holds from its
first day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from xueji.conduct.models import Conduct
from xueji.documents.models import Document
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import School, SchoolClass, grade_name
from xueji.pages.pupil.changes import class_name
from xueji.pages.pupil.scope import Scope
from xueji.students.models import (
    FamilyMember,
    ForeignNumber,
    IdentityDocument,
    Photo,
    Placement,
    Student,
    StudentSheet,
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the page prints of a pupil: the row, the family, and where, in words."""

    student: Student
    sheet: StudentSheet | None
    family: list[FamilyMember]
    school: str = ""
    school_class: str = ""
    grade: str = ""


Stood = Callable[[datetime], bool]


class NotThere(Exception):
    """There is nothing to show of that day; the text is a Chinese sentence."""


def present(scope: Scope) -> Facts:
    """What the register says now; for a post that is past, what it said when the pupil left."""
    if scope.is_past:
        return _at_leaving(scope)
    student = scope.student
    return Facts(
        student=student,
        sheet=getattr(student, "sheet", None),
        family=list(student.family.order_by("position")),
        school=str(student.school.organisation) if student.school else "",
        school_class=str(student.school_class or "未分班"),
        grade=grade_name(student.grade) if student.grade else "",
    )


def photo(scope: Scope) -> Document | None:
    """The photograph now; for a post that is past that of leaving, while its file is kept."""
    kept = Document.objects.filter(removed_at__isnull=True)
    if not scope.is_past:
        return kept.filter(photo__student=scope.student.pk).first()
    closed = scope.windows[0].closed
    last = next(iter(_last(scope, Photo, lambda at: at < closed)), None)
    return kept.filter(key=last.document_id).first() if last else None


def former_documents(scope: Scope) -> list[IdentityDocument]:
    """Identity documents of before, the last one first; a post that is past is shown none."""
    if scope.is_past:
        return []
    rows = scope.student.documents.filter(used_until__isnull=False)
    return list(rows.order_by("-used_until", "-pk"))


def conduct(scope: Scope) -> list[Conduct]:
    """Rewards and sanctions, the last one first; a post that is past has those of its own time."""
    if not scope.is_past:
        return list(scope.student.conduct.order_by("-given_on", "-pk"))
    closed = scope.windows[0].closed
    rows = _last(scope, Conduct, lambda at: at < closed)
    return sorted(rows, key=lambda one: (one.given_on, one.pk), reverse=True)


def foreign_numbers(scope: Scope) -> list[ForeignNumber]:
    """Numbers of other registers, the last one first; a post that is past is shown none."""
    if scope.is_past:
        return []
    return list(scope.student.foreign_numbers.order_by("-starts", "-pk"))


def _at_leaving(scope: Scope) -> Facts:
    placement = scope.windows[0].placement
    closed = scope.windows[0].closed
    before = scope.history(Student).filter(history_date__lt=closed)
    student = before.latest("history_date", "history_id").instance
    leaving = scope.history(Student).filter(history_date=closed, school__isnull=True).last()
    if leaving:  # 毕业, 退学; of the number it says only that it is retired
        student.status = leaving.status
    return Facts(
        student=student,
        sheet=_sheet(scope, lambda at: at < closed),
        family=_family(scope, lambda at: at < closed),
        school=str(placement.school.organisation),
        school_class=_class_of(placement.grade, placement.school_class),
        grade=grade_name(placement.grade),
    )


def _class_of(grade: int, school_class: SchoolClass | None) -> str:
    return class_name(grade, school_class) if school_class else "未分班"


def _sheet(scope: Scope, stood: Stood) -> StudentSheet | None:
    return next(iter(_last(scope, StudentSheet, stood)), None)


def _family(scope: Scope, stood: Stood) -> list[FamilyMember]:
    return sorted(_last(scope, FamilyMember, stood), key=lambda member: member.position)


def _last(scope: Scope, model, stood: Stood) -> list[Any]:
    """What belonged to the pupil, by the last rows whose moment ``stood`` accepts."""
    last = {}
    for row in scope.history(model).order_by("history_date", "history_id"):
        if stood(row.history_date):
            last[row.instance.pk] = row
    return [row.instance for row in last.values() if row.history_type != "-"]


@dataclass(frozen=True)
class _Acts:
    """The days on which what was done took effect, by the moment of doing it."""

    live: list[RegisterEvent]
    effective: dict[datetime, date]
    undone: set[datetime]

    @property
    def built(self) -> datetime:
        return min(event.recorded_at for event in self.live)

    @property
    def begins(self) -> date:
        return min(event.effective_on for event in self.live)

    def day_of(self, at: datetime) -> date:
        if at in self.effective:
            return self.effective[at]
        return date.min if at <= self.built else localdate(at)


def _acts(scope: Scope) -> _Acts:
    events = list(scope.events().exclude(kind=EventKind.DEFERRED).order_by("effective_on", "pk"))
    reversed_ids = {event.reverses_id for event in events} - {None}
    live = [e for e in events if e.kind != EventKind.REVERSED and e.pk not in reversed_ids]
    effective: dict[datetime, date] = {}
    for event in live:
        effective.setdefault(event.recorded_at, event.effective_on)
    return _Acts(live, effective, {event.recorded_at for event in events} - effective.keys())


def as_on(scope: Scope, day: date) -> Facts:
    """The facts of that day; NotThere when the pupil was not in the register, or not in reach."""
    acts = _acts(scope)
    if not acts.live:
        raise NotThere("该生还没有建籍，没有可回看的日子。")
    if day < acts.begins:
        raise NotThere(
            f"{day} 时该生还没有入学，或本系统还没有该生的记录（自 {acts.begins} 起有）。"
        )
    if not scope.covers(day):
        spans = "、".join(
            f"{w.placement.starts} 至 {w.placement.ends}" for w in reversed(scope.windows)
        )
        raise NotThere(f"只能回看该生在本单位就读的日子：{spans}。")
    state = _state(scope, acts, day)
    if not state:
        raise NotThere("没有留下修改历史，不能回看。")
    student = Student(**state)
    school_class = SchoolClass.objects.filter(pk=student.school_class_id).first()
    grade = student.grade

    def stood(at: datetime) -> bool:
        return at <= acts.built or localdate(at) <= day

    return Facts(
        student=student,
        sheet=_sheet(scope, stood),
        family=_family(scope, stood),
        school=_school_name(student, acts, day),
        school_class=_class_of(grade, school_class) if grade else "",
        grade=grade_name(grade) if grade else "",
    )


def _state(scope: Scope, acts: _Acts, day: date) -> dict[str, Any]:
    """Every column of the pupil on that day: its changes in the order of their days."""
    names = [field.attname for field in Student._meta.concrete_fields]
    previous: dict[str, Any] = {}
    changes: list[tuple[date, dict[str, Any]]] = []
    for row in scope.history(Student).order_by("history_date", "history_id"):
        values = {name: getattr(row, name) for name in names}
        changed = {k: v for k, v in values.items() if not previous or previous[k] != v}
        if row.history_date not in acts.undone or not previous:
            changes.append((acts.day_of(row.history_date) if previous else date.min, changed))
        previous = values
    state: dict[str, Any] = {}
    for effective, changed in sorted(changes, key=lambda change: change[0]):
        if effective <= day:
            state |= changed
    return state


def _school_name(student: Student, acts: _Acts, day: date) -> str:
    """The school as it was called on that day."""
    if student.school_id is None:
        return ""
    said = [
        event.school_name
        for event in acts.live
        if event.effective_on <= day and event.school_id == student.school_id
    ]
    if said:
        return said[-1]
    return str(School.objects.select_related("organisation").get(pk=student.school_id).organisation)


def placements(scope: Scope) -> list[tuple[Placement, str]]:
    """Where the pupil was, and the class as it was called; newest first."""
    if scope.is_past:
        found = list({window.placement.pk: window.placement for window in scope.windows}.values())
    else:
        rows = scope.student.placements.select_related("school__organisation", "school_class")
        found = list(rows.order_by("-starts", "-pk"))
    return [
        (one, _class_of(one.grade, one.school_class) if one.school else grade_name(one.grade))
        for one in found
    ]
