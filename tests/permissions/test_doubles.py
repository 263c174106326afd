"""The look for doubles sees the whole tree and tells almost nothing of it.

Who types a document number is told whether the child is registered elsewhere: the county, the
office in charge and the first character of the name, never name, school, class, number or case.
Each such look is one row of the access log.
"""

import pytest
from django.urls import reverse

from tests import pupils
from tests.permissions import detectors
from tests.permissions.forms import key
from tests.permissions.site import Site, Unit
from tests.permissions.sweep import Clients
from xueji.audit.models import Access, AccessKind
from xueji.cases.models import Case
from xueji.students.models import Student

FOREIGN = ["邻泉小学", "上庄小学", "迁安城区小学", "滦州甲小学", "卢龙乙小学", "津门丙小学"]
WHICH = ["unplaced", "waiting", "open", "returned"]  # enrolled, in a class, on the way, sent back
NAME = "欧阳新来"


def pupil(unit: Unit, which: str) -> Student:
    found = getattr(unit, which)
    return found.student if isinstance(found, Case) else found


def typed(**fields: str) -> dict[str, str]:
    return {**pupils.row(name=NAME, m1_name="欧阳爸"), **key(), **fields}


def foreign_words(site: Site, text: str, data: dict[str, str]) -> list[str]:
    path = site.units["清泉小学"].path
    return detectors.leaks(site, path, text, sent=str(data))


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("school", FOREIGN)
def test_a_number_registered_elsewhere_tells_county_and_office_alone(site, school, which):
    unit = site.units[school]
    known = pupil(unit, which)
    client = Clients(site).of("clerk")
    data = typed(id_number=known.id_number)

    answer = client.post(reverse("enrollment_check"), data)

    text = detectors.text_of(answer)
    assert (answer.status_code, foreign_words(site, text, data)) == (200, [])
    assert f"学生姓名的首字是“{known.name[0]}”" in text
    look = Access.objects.latest("pk")
    assert (look.kind, look.students) == (AccessKind.LOOKUP, [known.pk])
    assert known.id_number not in look.filter


@pytest.mark.parametrize("url", ["enrollment_new", "enrollment_resume", "enrollment_draft"])
@pytest.mark.parametrize("school", FOREIGN)
def test_no_other_page_of_the_form_tells_more(site, school, url):
    known = site.units[school].unplaced
    data = typed(id_number=known.id_number, save="open")
    client = Clients(site).of("clerk")
    text = detectors.text_of(client.post(reverse(url), data))
    drafts = Case.objects.filter(opener__username="clerk", title=NAME)
    for draft in drafts:
        for page in ("enrollment_edit", "case"):
            text += detectors.text_of(client.get(reverse(page, args=[draft.number])))
    assert foreign_words(site, text, data) == []


@pytest.mark.parametrize("school", FOREIGN)
def test_a_child_who_looks_like_one_elsewhere_tells_no_more_either(site, school):
    """Same name, sex and birth date under another number: asked for, submitted, shown, signed."""
    known = site.units[school].unplaced
    number = pupils.id_number(born=known.birth_date, order=700 + int(known.sex))
    data = typed(
        id_number=number,
        name=known.name,
        save="open",
        **{"reason_entry.duplicate.near": "双胞胎以外的同名同生日儿童，已比对双方户口簿"},
    )
    clients = Clients(site)

    answer = clients.of("clerk").post(reverse("enrollment_new"), data)

    text = detectors.text_of(answer)
    assert foreign_words(site, text, data) == []
    case = Case.objects.get(opener__username="clerk", title=known.name)
    for who in ("clerk", "principal"):
        text = detectors.text_of(clients.of(who).get(reverse("case", args=[case.number])))
        text += detectors.text_of(clients.of(who).get(reverse("cases") + "?tab=others"))
        text += detectors.text_of(clients.of(who).get(reverse("desk")))
        assert (who, foreign_words(site, text, data)) == (who, [])


def test_a_number_nobody_has_is_told_and_recorded_as_nothing(site):
    client = Clients(site).of("clerk")
    before = Access.objects.count()
    data = typed()
    text = detectors.text_of(client.post(reverse("enrollment_check"), data))
    assert (foreign_words(site, text, data), Access.objects.count()) == ([], before)


def test_too_many_looks_in_an_hour_are_told_nothing_more(site):
    """Not even whether the number is known: the sixty-first child gets no answer."""
    unit = site.units["津门丙小学"]
    post = site.world.posts["clerk"]
    client = Clients(site).of("clerk")
    client.post(reverse("enrollment_check"), typed(id_number=unit.waiting.id_number))
    first = Access.objects.latest("pk")
    Access.objects.create(
        at=first.at,
        user_id=post.user_id,
        post_id=post.pk,
        organisation_path=post.organisation.path,
        kind=AccessKind.LOOKUP,
        page=first.page,
        students=list(range(1, 61)),
    )

    data = typed(id_number=unit.unplaced.id_number)
    text = detectors.text_of(client.post(reverse("enrollment_check"), data))

    assert "暂不再答复" in text
    assert "首字" not in text
    assert Access.objects.latest("pk").students == list(range(1, 61))
