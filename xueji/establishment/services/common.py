"""What all acts on the tree share: who may, in what order, and the record of what was changed."""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import PermissionDenied

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.establishment.models import ActKind, Order, OrganisationAct
from xueji.identity.problems import Problem
from xueji.organisations.models import Level, Organisation, School

KEEP, ORDER = "organisations.keep", "organisations.order"
LONGEST_REASON = 200
BUSY = "刚刚有人在这两所学校里办理，没有执行。请再试一次。"
LABELS = {
    "name": "名称",
    "division_code": "行政区划代码",
    "code": "学校代码",
    "identifier": "学校标识码",
    "kind": "办学类型",
    "area": "城乡",
    "designated_for_borrowed": "指定借读学校",
}


class Unfit(Exception):
    """What was typed cannot be saved; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__()
        self.problems = problems


class UnfitRows(Exception):
    """Rows that cannot be added: of each row what is wrong with it."""

    def __init__(self, problems: Sequence[Sequence[Problem]]):
        super().__init__()
        self.problems = problems


class Outdated(Exception):
    """Somebody acted on the same office since the form was opened; nothing was written."""


class Unchanged(Exception):
    """Nothing was typed that is not saved already."""


def county_of(acting: Acting, act: str = KEEP) -> Organisation:
    """The acting post's county, locked: acts on one county's tree come one after another.

    Raises PermissionDenied for every other post.
    """
    office = acting.post.organisation
    access.require(acting, act, office.pk)
    if office.level != Level.COUNTY:
        raise PermissionDenied(f"{act} at level {office.level}")
    return locked(office.pk)


def locked(county_id: int) -> Organisation:
    """Not FOR UPDATE: rows that name the county are written meanwhile."""
    return Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=county_id)


def lock_identifiers() -> None:
    """Let acts that give a 学校标识码 come one after another: no two counties have the same.

    To be asked for after the county.
    """
    roots = Organisation.objects.filter(parent=None).order_by("pk")
    list(roots.select_for_update(no_key=True, of=("self",)))


def office_of(county: Organisation, pk: int) -> Organisation:
    """A centre or school of the county as it is now; PermissionDenied for any other."""
    office = (
        Organisation.objects.below(county.path)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=pk, level__gt=Level.COUNTY)
        .first()
    )
    if office is None:
        raise PermissionDenied(f"organisation {pk}")
    return office


def school_of(county: Organisation, pk: int) -> School:
    """A school of the county as it is now; PermissionDenied for any other."""
    office = office_of(county, pk)
    school = School.objects.select_related("organisation").filter(pk=office.pk).first()
    if school is None:
        raise PermissionDenied(f"school {pk}")
    return school


def require_latest(organisation_id: int, seen: int) -> None:
    """Raise Outdated unless ``seen`` is the last act that was on the screen."""
    if last_act(organisation_id) != seen:
        raise Outdated


def last_act(organisation_id: int) -> int:
    """The id of the last act on an office, 0 before the first: the version of all its facts."""
    acts = OrganisationAct.objects.filter(organisation=organisation_id).order_by("-pk")
    return acts.values_list("pk", flat=True).first() or 0


def keep(
    organisation: Organisation,
    kind: ActKind,
    *,
    acting: Acting,
    changes: Iterable[tuple[str, str, str]] = (),
    reason: str = "",
    order: Order | None = None,
) -> OrganisationAct:
    """Record an act with who, when, why, and what was before and after."""
    return OrganisationAct.objects.create(
        organisation=organisation,
        kind=kind,
        at=acting.at,
        post=acting.post,
        order=order,
        changes=[list(change) for change in changes],
        reason=reason.strip(),
    )


def of_reason(reason: str) -> list[Problem]:
    if not reason.strip():
        return [
            Problem(
                "missing",
                "还没有写原因。",
                "请写明为什么改、根据什么文件，会留在履历里。",
                field="reason",
            )
        ]
    if len(reason.strip()) > LONGEST_REASON:
        message = f"原因超过 {LONGEST_REASON} 个字。"
        return [Problem("long", message, "请写短一些。", field="reason")]
    return []


def compare(
    before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str] = LABELS
) -> list[tuple[str, str, str]]:
    """What differs, as label, text before and text after."""
    return [
        (labels.get(key, key), before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key, "") != after.get(key, "")
    ]
