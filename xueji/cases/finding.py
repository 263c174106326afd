"""Finding cases in a list by the pupil they are of, as far as the post may know the pupil.

What a case shows to a post is what finds it there: of another's pupil no number but the document
number that the case was asked by or shows, and no name that was given later.
"""

import re

from django.db.models import Exists, F, OuterRef, Q

from xueji.accounts.access import SCHOOL_ROLES, Acting
from xueji.cases.models import ALIVE, CaseQuerySet, Decision, Step
from xueji.organisations.models import within
from xueji.students.identity_documents import id_index
from xueji.students.models import Student
from xueji.students.search import as_number, search

_NUMBER = re.compile(r"\D{0,2}([0-9]{4}-[0-9]{6,10})")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def as_case_number(typed: str) -> str:
    """The number of a case, typed with or without the letter of its kind before it; else ""."""
    found = _NUMBER.fullmatch("".join(typed.translate(_WIDE).split()))
    return found[1] if found else ""


def narrowed(cases: CaseQuerySet, typed: str, acting: Acting) -> CaseQuerySet:
    """Those of ``cases``, which are all this post's to see, that ``typed`` may mean."""
    if not typed.strip():
        return cases
    if number := as_case_number(typed):
        return cases.filter(number=number)
    pupils = search(Student.objects.all(), typed).values("pk")
    if plain := as_number(typed):
        known = _own(acting) | (_shown(acting) & Q(student__id_index=id_index(plain)))
    else:
        known = _own(acting) | Q(title=F("student__name"))
    return cases.filter(known, student__in=pupils)


def _own(acting: Acting) -> Q:
    """Of a pupil in reach, or of one without a place whom the case alone has."""
    path = acting.post.organisation.path
    placeless = Q(student__org_path__isnull=True) & within(path, "org_path")
    return within(path, "student__org_path") | placeless


def _shown(acting: Acting) -> Q:
    """Under way, and asked for by this school, agreed to by the pupil's own, or signed here."""
    post = acting.post
    steps = Step.objects.filter(case=OuterRef("pk"))
    agreed = steps.filter(
        organisation=OuterRef("student__school"),
        decision__in=(Decision.SUBMITTED, Decision.AGREED),
    )
    here = within(post.organisation.path, "organisation__path") & ~Q(role__in=SCHOOL_ROLES)
    known = Q(school=post.organisation_id) | Exists(agreed) | Exists(steps.filter(here))
    return Q(state__in=ALIVE) & known
