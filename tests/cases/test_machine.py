"""The whole case machine: every state, act and person, against a table written by hand."""

from itertools import product

import pytest

from tests import pupils
from tests import world as worlds
from xueji.cases import acts, queries, services
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision, State

PEOPLE = [
    "clerk",  # opened and submitted the case
    "colleague",  # another clerk of the same school
    "principal",
    "centre",
    "county",
    "county-head",
    "clerk1b",
    "principal1b",
    "centre2",
    "county9",
    "city",
    "province",
    "auditor",
    "admin",
]
VERDICT = {Act.AGREE, Act.RETURN, Act.REFUSE}
STUCK = {("county", Act.CLOSE), ("county-head", Act.CLOSE)}


def turn(person: str) -> set[tuple[str, Act]]:
    return {(person, act) for act in VERDICT}


def maker(*allowed: Act) -> set[tuple[str, Act]]:
    return set(product(["clerk", "colleague"], allowed))


# the state of the case → everything that anybody may do with it
MAY = {
    "draft": maker(Act.SUBMIT, Act.DISCARD),
    "open at the principal": turn("principal") | maker(Act.WITHDRAW) | STUCK,
    "open at the centre": turn("centre") | maker(Act.WITHDRAW) | STUCK,
    "open at the county": turn("county") | maker(Act.WITHDRAW) | STUCK,
    "returned": maker(Act.SUBMIT, Act.WITHDRAW) | STUCK,
    "done": {
        ("centre", Act.REVERSE),
        ("county", Act.REVERSE),
        ("county-head", Act.REVERSE),
    },
    "refused": set(),
    "withdrawn": set(),
    "reversed": set(),
}


def case_in(world: worlds.World, state: str) -> Case:
    if state == "draft":
        return services.open_draft(
            kind="enrollment",
            school=world.schools["清泉小学"],
            acting=world.acting("clerk"),
            values={},
        )
    case = pupils.submitted(world)
    signed = {"open at the centre": 1, "open at the county": 2, "done": 3, "reversed": 3}
    pupils.sign(world, case, *("principal", "centre", "county")[: signed.get(state, 0)])
    if state == "returned":
        pupils.sign(world, case, "principal", decision=Decision.RETURNED)
    if state == "refused":
        pupils.sign(world, case, "principal", decision=Decision.REFUSED)
    if state == "withdrawn":
        services.withdraw(case_id=case.pk, note="录错", acting=world.acting("clerk"))
    if state == "reversed":
        services.reverse(case_id=case.pk, note="未报到", acting=world.acting("centre"))
    case.refresh_from_db()
    return case


def attempt(case: Case, act: Act, acting) -> None:
    """Do the act for real; raises Refused where it is not allowed."""
    common = {"case_id": case.pk, "acting": acting}
    if act in VERDICT:
        decision = {v: k for k, v in acts.DECISIONS.items()}[act]
        outcomes = services.decide(
            seen={case.pk: case.version}, decision=decision, note="说明", acting=acting
        )
        if not outcomes or outcomes[case.pk].kind != "signed":
            raise Refused
    elif act == Act.SUBMIT:
        pupils.submit(case_id=case.pk, row=pupils.row(), reasons={}, acting=acting)
    elif act == Act.DISCARD:
        services.discard(**common)
    else:
        end = {
            Act.WITHDRAW: services.withdraw,
            Act.CLOSE: services.close,
            Act.REVERSE: services.reverse,
        }[act]
        end(note="说明", **common)


def test_every_act_is_allowed_exactly_to_whom_the_table_names(world):
    worlds.hire(world, "colleague", "clerk", "清泉小学")
    for state, may in MAY.items():
        case = case_in(world, state)
        steps = queries.steps_of([case.pk])[case.pk]
        case.opened_post = world.posts["clerk"]
        allowed = {
            (person, act)
            for person in PEOPLE
            for act in acts.allowed(case, steps, world.acting(person))
        }
        assert (state, allowed) == (state, may)


@pytest.mark.parametrize("state", MAY)
def test_what_the_table_does_not_name_is_refused_by_the_services(world, state):
    worlds.hire(world, "colleague", "clerk", "清泉小学")
    case = case_in(world, state)
    before = Case.objects.filter(pk=case.pk).values().get()

    for person, act in product(PEOPLE, set(Act) - {Act.LAPSE}):
        if (person, act) not in MAY[state]:
            with pytest.raises(Refused):
                attempt(case, act, world.acting(person))

    assert Case.objects.filter(pk=case.pk).values().get() == before


@pytest.mark.parametrize(
    ("state", "person", "act"),
    [(state, person, act) for state, may in MAY.items() for person, act in sorted(may)],
)
def test_what_the_table_names_is_done_by_the_services(world, state, person, act):
    worlds.hire(world, "colleague", "clerk", "清泉小学")
    case = case_in(world, state)

    attempt(case, act, world.acting(person))

    targets = acts.TRANSITIONS[State(case.state), act].to
    now = Case.objects.filter(pk=case.pk).values_list("state", flat=True).first()
    assert now in targets if act != Act.DISCARD else now is None


def test_the_table_knows_every_state():
    assert {State(case.split()[0]) for case in MAY} == set(State)


def test_the_maker_does_not_sign_under_another_post(world):
    """One person is never maker and checker of one case, whatever posts they hold."""
    case = pupils.submitted(world)
    clerk = world.posts["clerk"].user
    second = worlds.accounts.grant(
        user=clerk,
        role="principal",
        organisation=world.organisations["清泉小学"],
        starts=worlds.NOON.date(),
    )
    acting = worlds.Acting(user=clerk, post=second, at=worlds.NOON)

    outcome = services.decide(
        seen={case.pk: case.version}, decision=Decision.AGREED, note="", acting=acting
    )[case.pk]

    assert (outcome.kind, outcome.text) == (
        "refused",
        f"业务件 {case.number} 由您经手提交，须由另一人签署。",
    )
