"""Which rule set an office works by: named by prefecture or province above it, or taken back."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.establishment.models import ActKind
from xueji.establishment.queries import InForce, rules_of
from xueji.establishment.services.common import (
    Outdated,
    Unfit,
    keep,
    locked,
    of_reason,
    office_of,
    require_latest,
)
from xueji.identity.problems import Problem
from xueji.organisations.models import Level, Organisation
from xueji.rules import files
from xueji.rules.engine import rule_set

ACT = "organisations.rules"


@transaction.atomic
def name_rules(
    *, organisation_id: int, name: str, seen: int, was: str, reason: str, acting: Acting
) -> InForce:
    """Name the rule set of an office below, a province also its own; "" lets it inherit again.

    ``was`` is the set in force that was on the screen. Counts from the next submission on: a case
    keeps what it was judged by. Returns what is in force now. Raises PermissionDenied, Outdated
    and Unfit.
    """
    access.require(acting, ACT, acting.post.organisation_id)
    office = _office(acting, organisation_id)
    require_latest(office.pk, seen)
    line = [*Organisation.objects.above(office.path).exclude(pk=office.pk), office]
    before = rules_of(line)
    if was != (before.rules.name if before else ""):
        raise Outdated
    if problems := [*problems_of(name, line), *of_reason(reason)]:
        raise Unfit(problems)
    named = words_of(before, office)
    office.rule_set = name
    office.save(update_fields=["rule_set"])
    after = rules_of(line)
    changes = [("执行的制度", named, words_of(after, office))]
    keep(office, ActKind.RULES, acting=acting, changes=changes, reason=reason)
    return after


def problems_of(name: str, line: list[Organisation]) -> list[Problem]:
    """What is wrong with naming the set, or with taking it back, for the last office of a line."""
    office, before = line[-1], rules_of(line)
    if not name and not office.rule_set:
        return [
            _problem(
                "same",
                f"{office}没有自己指定的制度，没有可以收回的。",
                "不用再办；要换的，请选一套制度。",
            )
        ]
    if not name and rules_of(line[:-1]) is None:
        return [
            _problem(
                "missing", f"{office}的上级都没有指定制度，收回以后无从执行。", "请改为另选一套。"
            )
        ]
    if name and name not in files.names():
        return [_problem("unknown", f"系统里没有「{name[:30]}」这套制度。", "请从列出的里选一套。")]
    if before and name == before.rules.name:
        return [
            _problem(
                "same",
                f"{office}现在执行的就是「{words_of(before, office)}」。",
                "请另选一套，或不改。",
            )
        ]
    return []


def words_of(in_force: InForce | None, office: Organisation) -> str:
    """A set by its title, and who named it."""
    if in_force is None:
        return ""
    own = in_force.named_by.pk == office.pk
    return f"{in_force.rules.title}（{'本单位指定' if own else f'继承自{in_force.named_by}'}）"


def titles() -> list[tuple[str, str]]:
    """Every set that the engine knows, with its title and whatever it goes on from."""
    found = []
    for name in files.names():
        *above, own = rule_set(name).layers
        more = f"（上承 {'、'.join(layer.title for layer in reversed(above))}）" if above else ""
        found.append((name, f"{own.title}{more}"))
    return found


def _problem(code: str, message: str, remedy: str) -> Problem:
    return Problem(code, message, remedy, field="rule_set")


def names_for(acting: Acting, office: Organisation) -> bool:
    """Whether this post names the set of that office: of one below, the province of its own too.

    Nobody stands above a province who could.
    """
    own = office.pk == acting.post.organisation_id
    return (
        acting.may(ACT)
        and acting.reaches(office.path)
        and office.closed_on is None
        and (not own or office.level == Level.PROVINCE)
    )


def _office(acting: Acting, pk: int) -> Organisation:
    """The office, locked after its county.

    So it stands still while it is changed: so do the offices of its county above it.
    """
    found = Organisation.objects.filter(pk=pk).first()
    if found is None or not names_for(acting, found):
        raise PermissionDenied(f"organisation {pk}")
    if found.level <= Level.COUNTY:
        office = locked(pk)
    else:
        above = Organisation.objects.above(found.path)
        county = above.filter(level=Level.COUNTY).values_list("pk", flat=True).first()
        if county is None:
            raise Unfit(
                [
                    _problem(
                        "county",
                        f"{found}的上级里没有县（市、区），不能单独指定制度。",
                        "请改为给它的上级指定，或先把它划归一个县（市、区）。",
                    )
                ]
            )
        office = office_of(locked(county), pk)
    if not names_for(acting, office):
        raise PermissionDenied(f"organisation {pk}")
    return office
