"""The lines of the audit in words: who, under which post, did what, and to whom."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from xueji.accounts.models import AccountEvent, Post, User
from xueji.audit import queries
from xueji.audit.models import Access, Act
from xueji.cases.models import Case
from xueji.establishment.models import Order
from xueji.identity.masking import mask_name
from xueji.organisations.models import Organisation, SchoolClass, StageName, within
from xueji.pages.act_words import FIELDS, PAGES
from xueji.pages.ids import whole
from xueji.students.models import UNREGISTERED, Placement, Student

MOST_NAMED = 5
Names = Callable[[Iterable[int]], dict[int, str]]
# acts whose address names a pupil first
OF_PUPILS = ("student_", "enrollment_attendance", "transfer_reinstate")


class Line(NamedTuple):
    """One row, in words; ``who`` is None for persons of offices beyond the auditor's."""

    row: Access | Act | AccountEvent
    who: User | None
    post: Post | None
    said: str
    pupils: list[tuple[int | None, str]]  # the first ones, masked; without id out of reach
    more: int  # than those


def in_reach(own: str) -> Q:
    """Pupils of the office at ``own`` and below: who are there, were once, or are to be."""
    were = Placement.objects.filter(within(own, "org_path"), student=OuterRef("pk"))
    come = Case.objects.filter(within(own, "org_path"), student=OuterRef("pk"))
    is_coming = Q(status__in=UNREGISTERED) & Q(Exists(come))
    return within(own, "org_path") | Q(Exists(were)) | is_coming


def looks(rows: Sequence[Access], *, own: str) -> list[Line]:
    """Looks; ``own`` is the path of the auditor's office."""
    people = queries.people(row.user_id for row in rows)
    said = {row.pk: _looked(row) for row in rows}
    return _lines(rows, own, people, said, lambda row: row.students)


def acts(rows: Sequence[Act], *, own: str) -> list[Line]:
    """Acts, with what each was done to: named by the address of its form."""
    numbers = {first for row in rows if (first := _first(row)) and whole(first) is None}
    cases = Case.objects.filter(number__in=numbers)
    pupil_of = dict(cases.values_list("number", "student_id"))

    def pupils(row: Act) -> list[int]:
        first = _first(row)
        pk = whole(first) if row.page.startswith(OF_PUPILS) else pupil_of.get(first)
        return [pk] if pk else []

    people = queries.people(row.user_id for row in rows)
    return _lines(rows, own, people, _acted(rows), pupils)


def account_events(rows: Sequence[AccountEvent], *, own: str) -> list[Line]:
    people = queries.people({pk for row in rows for pk in (row.user_id, row.account_id)})
    said = {}
    for row in rows:
        of = people[row.account_id].username if row.account_id in people else "没有的账号"
        said[row.pk] = f"{row.get_kind_display()} {of}{'：' + row.note if row.note else ''}"
    return _lines(rows, own, people, said, lambda row: [])


def _lines(
    rows: Sequence,
    own: str,
    people: Mapping[int, User],
    said: Mapping[int, str],
    pupils: Callable[..., Sequence[int]],
) -> list[Line]:
    posts = queries.posts(row.post_id for row in rows)
    shown = {row.pk: pupils(row) for row in rows}
    named = {pk for each in shown.values() for pk in each[:MOST_NAMED]}
    known = Student.objects.filter(pk__in=named).annotate(is_reached=in_reach(own))
    names = {
        pk: (pk if is_reached else None, mask_name(name))
        for pk, name, is_reached in known.values_list("pk", "name", "is_reached")
    }
    lines = []
    for row in rows:
        post = posts.get(row.post_id)
        is_ours = post is None or post.organisation.path.startswith(own)
        of = shown[row.pk]
        masked = [names[pk] for pk in of[:MOST_NAMED] if pk in names]
        who = people.get(row.user_id) if is_ours else None
        lines.append(Line(row, who, post, said[row.pk], masked, len(of) - len(masked)))
    return lines


def _looked(row: Access) -> str:
    parts = [
        row.get_kind_display(),
        PAGES.get(row.page, row.page),
        FIELDS.get(row.field, row.field),
        row.filter,
    ]
    return "，".join(part for part in [*parts, row.reason] if part)


# -- what an act was done to ----------------------------------------------------------------------
def _acted(rows: Sequence[Act]) -> dict[int, str]:
    """Each act in words, in one query for each kind of thing that the rows name."""
    sought: dict[Names, set[int]] = defaultdict(set)
    for row in rows:
        names, pk = _names_of(row.page), whole(_first(row))
        if names and pk is not None:
            sought[names].add(pk)
    found = {names: names(pks) for names, pks in sought.items()}
    return {row.pk: PAGES.get(row.page, row.page) + _target(row, found) for row in rows}


def _target(row: Act, found: Mapping[Names, Mapping[int, str]]) -> str:
    first, *rest = row.target.split() or [""]
    if not first or row.page.startswith(OF_PUPILS):
        return ""
    pk = whole(first)
    if pk is None:
        return f" {first}"
    names = _names_of(row.page)
    if not names or pk not in found[names]:
        return f"（编号 {first}）"
    series = ""
    if row.page.startswith("numbering_"):
        stage, year = rest
        series = f" {StageName(stage).label} {year} 级"
    return f"：{found[names][pk]}{series}"


def _first(row: Act) -> str:
    return row.target.partition(" ")[0]


def _names_of(page: str) -> Names | None:
    return next((names for prefix, names in NAMED.items() if page.startswith(prefix)), None)


def _accounts(pks: Iterable[int]) -> dict[int, str]:
    found = queries.people(pks)
    return {pk: f"{account.name} {account.username}" for pk, account in found.items()}


def _offices(pks: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=pks).values_list("pk", "name"))


def _classes(pks: Iterable[int]) -> dict[int, str]:
    found = SchoolClass.objects.select_related("school__organisation").in_bulk(pks)
    return {pk: f"{each.school.organisation} {each}" for pk, each in found.items()}


def _orders(pks: Iterable[int]) -> dict[int, str]:
    found = Order.objects.in_bulk(pks)
    return {pk: f"{each.school_name} {each.number}" for pk, each in found.items()}


NAMED: dict[str, Names] = {
    "account_": _accounts,
    "organisation_": _offices,
    "numbering_": _offices,
    "enrollment_class_": _classes,
    "enrollment_excess": _classes,
    "order_": _orders,
}
