"""Keeping what was typed: one draft per opened form, never a Student, never two drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import services as audit
from xueji.cases import queries
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm
from xueji.cases.services import open_draft, save_draft
from xueji.organisations.models import School

KIND = "enrollment"


@dataclass(frozen=True)
class Kept:
    """Where the typed values are safe now."""

    case: Case
    version: int
    is_new: bool = False
    is_changed: bool = True


@transaction.atomic
def keep(
    *, case: Case | None, row: Mapping[str, str], tab: str, version: int, acting: Acting
) -> Kept:
    """Save the typed values of a form as its draft; without ``case``, start one.

    ``tab`` is the key of the opened form: it finds the draft again that the same form started
    a moment ago, and tells its own saves from those of another window. Raises Stale when
    another window saved since ``version``, Refused when the case is no longer to be edited.
    """
    values = {"tab": tab, "row": dict(row)}
    title = row.get("name", "").strip()[:50]
    if case is None:
        access.require(acting, "enrollment.enter", acting.post.organisation_id)
        case, is_new = _started(values, title, tab, acting)
        if is_new:
            return Kept(case, version=1, is_new=True)
    queries.lock([case.pk])
    form = CaseForm.objects.filter(case=case).first()
    if form and form.values.get("tab") == tab:
        version = form.version
    if form and form.values.get("row") == values["row"]:
        return Kept(case, version=form.version, is_changed=False)
    saved = save_draft(case_id=case.pk, values=values, version=version, acting=acting, title=title)
    return Kept(case, version=saved)


def _started(
    values: Mapping[str, object], title: str, tab: str, acting: Acting
) -> tuple[Case, bool]:
    """The draft of this very form, opened now unless an earlier request did."""
    key = uuid5(NAMESPACE_OID, f"{KIND} {UUID(tab)}")
    try:
        number = audit.claim(key=key, user_id=acting.user.pk, content=KIND)
    except audit.OtherContent:
        raise Refused("这张表是另一个账号打开的，没有存。请重新打开录入页。") from None
    if number is not None:
        case = Case.objects.filter(number=number, kind=KIND).first()
        if case:
            return case, False
    school = School.objects.select_related("organisation").get(pk=acting.post.organisation_id)
    case = open_draft(kind=KIND, school=school, acting=acting, values=values, title=title)
    audit.answer(key=key, location=case.number)
    return case, True
