"""Which pupils an address of the roster means, for the page that shows and the file that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from xueji.accounts.access import Acting
from xueji.organisations.models import Level, SchoolClass, grade_name, within
from xueji.pages.ids import whole
from xueji.students import queries
from xueji.students.models import RegisterType, Status, StudentQuerySet
from xueji.students.search import masked, search

SORTS = {
    **{
        name: (label, ("org_path", "grade", key, "pk"))
        for name, (label, key) in queries.NAME_ORDERS.items()
    },
    "number": ("学籍号", ("unnumbered", "number_or_none", "pk")),
    "class": ("班级", ("org_path", "grade", "class_or_last", "name_order", "pk")),
}
COMPUTED = {
    "unnumbered": ExpressionWrapper(Q(number__isnull=True), BooleanField()),
    "number_or_none": Coalesce("number", Value("")),
    "class_or_last": Coalesce("school_class__number", Value(10_000)),
}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Pupils in reach that fit what was typed and chosen; ``words`` says it, numbers masked."""

    rows: StudentQuerySet
    chosen: Mapping[str, Any]
    school: str
    chosen_words: tuple[str, ...]
    words: tuple[str, ...]


def selected(acting: Acting, asked: Mapping[str, str], typed: str) -> Selection:
    """What ``asked``, the filters of an address, means to this post; others are passed over."""
    school_class = _class(acting, asked.get("class", ""))
    chosen, chosen_words = _filters(asked, school_class)
    words = list(chosen_words)
    school = ""
    if acting.post.organisation.level < Level.SCHOOL:
        school = asked.get("school", "")[:60].replace("\0", "").strip()
    if school:
        # asked first: their paths are ranges of the list's own index, a subquery is a filter
        paths = queries.schools(acting, school).values_list("organisation__path", flat=True)
        chosen["org_path__in"] = list(paths)
        words.insert(0, f"校名含“{school}”")
    if typed.strip():
        words.append(f"查找“{masked(typed)}”")
    return Selection(
        rows=search(queries.visible(acting), typed).filter(**chosen),
        chosen=chosen,
        school=school,
        chosen_words=tuple(chosen_words),
        words=tuple(words),
    )


def in_order(rows: StudentQuerySet, sort: str) -> StudentQuerySet:
    """In that order of SORTS, with what it compares that is no column."""
    order = SORTS[sort][1]
    computed = {name: COMPUTED[name] for name in order if name in COMPUTED}
    return rows.annotate(**computed).order_by(*order)


def open_classes(acting: Acting) -> QuerySet[SchoolClass]:
    """The classes of a school, for its own posts; others choose by grade."""
    school = acting.post.organisation
    rows = SchoolClass.objects.filter(closed_on__isnull=True)
    own = rows.filter(school__organisation=school.pk) if school.level == Level.SCHOOL else None
    return rows.none() if own is None else own.order_by("grade", "number", "-entry_year")


def _class(acting: Acting, text: str) -> SchoolClass | None:
    """The class asked for, if it is in reach; a link from its page names one."""
    pk = whole(text) if text else None
    if pk is None:
        return None
    reached = within(acting.post.organisation.path, "school__organisation__path")
    return SchoolClass.objects.filter(reached, pk=pk).select_related("school").first()


def _filters(
    asked: Mapping[str, str], school_class: SchoolClass | None
) -> tuple[dict[str, Any], list[str]]:
    chosen: dict[str, Any] = {}
    words: list[str] = []
    if (grade := asked.get("grade", "")) in {str(number) for number in range(1, 13)}:
        chosen["grade"] = int(grade)
        words.append(grade_name(int(grade)))
    if school_class:
        chosen["school_class"] = school_class.pk
        words.append(f"{school_class.entry_year} 级 {school_class}")
    if (status := asked.get("status")) in Status.values:
        chosen["status"] = status
        words.append(str(Status(status).label))
    if (kind := asked.get("type")) in RegisterType.values:
        chosen["register_type"] = kind
        words.append(str(RegisterType(kind).label))
    return chosen, words
