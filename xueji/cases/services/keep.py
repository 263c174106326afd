"""Keeping what was typed: one draft per opened form, never two, and never over another window's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import services as audit
from xueji.cases import queries
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm
from xueji.cases.services.draft import open_draft, save_draft
from xueji.organisations.models import School


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in an opened form.

    ``tab`` is the key of the form: it finds the draft again that the same form started a moment
    ago, and tells its own saves from those of another window. ``version`` is the one shown.
    """

    row: Mapping[str, object]
    case: Case | None = None
    tab: str = field(default_factory=lambda: str(uuid4()))
    version: int = 0


@dataclass(frozen=True)
class Kept:
    """Where the typed values are safe now."""

    case: Case
    version: int
    is_new: bool = False
    is_changed: bool = True


@transaction.atomic
def keep(*, kind: str, act: str, typed: Typed, title: str, acting: Acting) -> Kept:
    """Save a form as its draft; without a case, start one, for which ``act`` is needed.

    Raises Stale when another window saved since the version that was shown, Refused when the
    case is no longer to be edited.
    """
    values = {"tab": typed.tab, "row": dict(typed.row)}
    case, version = typed.case, typed.version
    if case is None:
        access.require(acting, act, acting.post.organisation_id)
        case, is_new = _started(kind, values, title, acting)
        if is_new:
            return Kept(case, version=1, is_new=True)
    queries.lock([case.pk])
    form = CaseForm.objects.filter(case=case).first()
    if form and form.values.get("tab") == typed.tab:
        version = form.version
    if form and form.values.get("row") == values["row"]:
        return Kept(case, version=form.version, is_changed=False)
    saved = save_draft(case_id=case.pk, values=values, version=version, acting=acting, title=title)
    return Kept(case, version=saved)


def _started(
    kind: str, values: Mapping[str, object], title: str, acting: Acting
) -> tuple[Case, bool]:
    """The draft of this very form, opened now unless an earlier request did."""
    key = uuid5(NAMESPACE_OID, f"{kind} {UUID(str(values['tab']))}")
    try:
        number = audit.claim(key=key, user_id=acting.user.pk, content=kind)
    except audit.OtherContent:
        raise Refused("这张表是另一个账号打开的，没有存。请重新打开录入页。") from None
    if number is not None:
        case = Case.objects.filter(number=number, kind=kind).first()
        if case:
            return case, False
    school = School.objects.select_related("organisation").get(pk=acting.post.organisation_id)
    case = open_draft(kind=kind, school=school, acting=acting, values=values, title=title)
    audit.answer(key=key, location=case.number)
    return case, True
