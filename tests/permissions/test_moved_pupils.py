"""Rights follow the pupil at once: an old case shows nothing of what another school entered later.

A case that came to nothing leaves the pupil's row behind, and the next school that enters the same
child goes on with it. The former school keeps its case, with what was said on it, and no more.
"""

import pytest
from django.urls import reverse

from tests import pupils
from tests.permissions import detectors
from tests.permissions.site import LINQUAN, QINGQUAN, Site
from tests.permissions.sweep import Clients
from xueji.audit.models import Access
from xueji.cases import services
from xueji.cases.models import Case

FIRST = {
    "name": "欧阳先来",
    "m1_name": "欧阳旧爸",
    "phone": "13511110001",
    "m1_phone": "13511110002",
}
LATER = {
    "name": "欧阳后到",
    "m1_name": "欧阳新爸",
    "phone": "13522220003",
    "m1_phone": "13522220004",
}
NEWS = [*LATER.values(), "新家 9 号", "1352222", pupils.LUANZHOU["hukou_text"]]


def withdrawn(site: Site, number: str) -> Case:
    case = pupils.submitted(site.world, "clerk", **QINGQUAN, **FIRST, id_number=number)
    services.withdraw(case_id=case.pk, note="搬家", acting=site.world.acting("clerk"))
    return case


def reversed_(site: Site, number: str) -> Case:
    case = pupils.submitted(site.world, "clerk", **QINGQUAN, **FIRST, id_number=number)
    pupils.sign(site.world, case, "principal", "centre", "county")
    services.reverse(case_id=case.pk, note="未报到", acting=site.world.acting("county"))
    return case


def enter_elsewhere(site: Site, clerk: str, number: str, *signatures: str) -> Case:
    home = pupils.LUANZHOU if clerk == "clerk9" else LINQUAN
    row = {**home, **LATER, "address_text": f"{home['address_text']} 新家 9 号"}
    case = pupils.submitted(site.world, clerk, **row, id_number=number)
    return pupils.sign(site.world, case, *signatures)


@pytest.fixture(params=["withdrawn", "reversed"])
def old(request, site) -> tuple[Case, str]:
    number = pupils.id_number()
    end = {"withdrawn": withdrawn, "reversed": reversed_}[request.param]
    return end(site, number), number


def read(site: Site, who: str, case: Case) -> str:
    answer = Clients(site).of(who).get(reverse("case", args=[case.number]))
    assert answer.status_code == 200
    return detectors.text_of(answer)


def reveal(site: Site, who: str, case: Case, field: str):
    data = {"field": field, "reason": "核对户口簿原件"}
    return Clients(site).of(who).post(reverse("case_reveal", args=[case.number]), data)


def news(text: str) -> list[str]:
    return [new for new in NEWS if new in text]


def test_before_the_child_is_entered_elsewhere_the_old_case_shows_what_it_had(site, old):
    case, number = old
    assert FIRST["m1_name"] in read(site, "clerk", case)
    assert number in detectors.text_of(reveal(site, "clerk", case, "id_number"))


@pytest.mark.parametrize("signatures", [(), ("principal9", "centre9", "county9")])
@pytest.mark.parametrize("who", ["clerk", "principal", "centre", "county"])
def test_the_former_school_reads_nothing_new_in_its_old_case(site, old, who, signatures):
    case, number = old
    enter_elsewhere(site, "clerk9", number, *signatures)

    text = read(site, who, case)

    assert news(text) == []
    assert FIRST["name"] in text  # its own title stays


@pytest.mark.parametrize("field", ["id_number", "phone", "family"])
def test_the_former_school_reveals_nothing_of_a_pupil_who_is_elsewhere(site, old, field):
    case, number = old
    enter_elsewhere(site, "clerk9", number, "principal9", "centre9", "county9")

    answer = reveal(site, "clerk", case, field)

    text = detectors.text_of(answer)
    assert (answer.status_code, news(text), number in text) == (422, [], False)
    assert Access.objects.filter(kind="reveal", students=[case.student_id]).count() == 0


def test_who_reaches_the_present_school_reads_on(site, old):
    """Both schools belong to one centre: its officer sees the pupil from either case."""
    case, number = old
    new = enter_elsewhere(site, "clerk1b", number, "principal1b", "centre", "county")
    for shown in (case, new):
        assert LATER["m1_name"] in read(site, "centre", shown)
    assert news(read(site, "clerk", case)) == []


def test_the_new_school_learns_no_number_of_the_former_ones_case(site, old):
    case, number = old
    new = enter_elsewhere(site, "clerk9", number, "principal9", "centre9", "county9")
    path = reverse("student", args=[new.student_id])
    client = Clients(site)
    told = [
        detectors.text_of(client.of("clerk9").get(f"{path}?tab={tab}"))
        for tab in ("facts", "family", "history", "cases")
    ]
    assert [new.number in text for text in told] == [False, False, True, True]
    assert [case.number in text for text in told] == [False] * 4
