"""Ids in forms and queries: a foreign one does, changes and says what a missing one does.

The matrix tries every id in an address; here they stand in the body, in the query, or beside an
own id in the same address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests import pupils
from tests.permissions import detectors, forms
from tests.permissions.site import MISSING, Site, Unit
from tests.permissions.sweep import Clients, undone
from tests.permissions.table import rows
from xueji.cases.models import Case
from xueji.establishment.models import Order
from xueji.organisations.models import Catchment
from xueji.students.models import Student

OWN = "清泉小学"
NEIGHBOURS = {
    "clerk": ["邻泉小学", "上庄小学", "迁安城区小学", "滦州甲小学", "卢龙乙小学", "津门丙小学"],
    "principal": ["邻泉小学", "上庄小学", "迁安城区小学", "滦州甲小学", "卢龙乙小学", "津门丙小学"],
    "centre": ["上庄小学", "迁安城区小学", "滦州甲小学", "卢龙乙小学", "津门丙小学"],
    "county": ["滦州甲小学", "卢龙乙小学", "津门丙小学"],
    "county-head": ["滦州甲小学", "卢龙乙小学", "津门丙小学"],
    "city": ["卢龙乙小学", "津门丙小学"],
    "province": ["津门丙小学"],
}
COUNTY = ("county", "county-head")
NOTHING = Unit(
    name="",
    path="",
    pk=MISSING,
    clerk="",
    unplaced=Student(pk=MISSING),
    waiting=Student(pk=MISSING),
    open=Case(pk=MISSING, number="2026-999999", version=3),
    done=Case(pk=MISSING, number="2026-999999", version=6),
    returned=Case(pk=MISSING, number="2026-999999", version=4),
    draft=Case(pk=MISSING, number="2026-999999"),
    deferral=Case(pk=MISSING, number="2026-999999"),
    deferral_back=Case(pk=MISSING, number="2026-999999"),
    order=Order(pk=MISSING),
    token="f" * 64,
)


@dataclass(frozen=True)
class Guess:
    """A request of ``who`` with an id of another unit in it."""

    url: str
    who: str
    send: object  # (own unit, other unit, site) → (path, form); without form it is a GET
    touches: tuple[str, ...] = ()  # tables in which an own row is written all the same


def form(**fields: object) -> dict[str, object]:
    return {"form_key": str(uuid4()), **fields}


def typed(**fields: object) -> dict[str, object]:
    return form(**pupils.row(id_number=NUMBER, name="欧阳新来", m1_name="欧阳爸"), **fields)


NUMBER = pupils.id_number()
CASE_NUMBER = re.compile(r"2026-\d{6,}")
KEY = ("xueji_formkey",)
DRAFT = ("xueji_formkey", "xueji_case", "xueji_caseform")


def decide_many(field: str, **more: object):
    def send(own, other, site):
        case = getattr(other, field)
        fields = {"decision": "agreed", "note": "说明", **more}
        return reverse("cases_decide"), form(case=[f"{case.pk}:{case.version}"], **fields)

    return send


def resume_many(own, other, site):
    return reverse("cases_resume"), decide_many("open")(own, other, site)[1]


def paper(own, other, site):
    pk = other.paper.pk if other.paper else MISSING
    return reverse("paper", args=[own.open.number, pk]), None


def remove(own, other, site):
    pk = other.paper.pk if other.paper else MISSING
    return reverse("paper_remove", args=[own.open.number, pk]), forms.key()


def upload(own, other, site):
    pk = other.bare_paper.pk if other.bare_paper else MISSING
    data = {"paper": str(pk), "file": forms.scan(), **forms.key()}
    return reverse("paper_upload", args=[own.open.number]), data


def issue(own, other, site):
    path = reverse("numbering_issue", args=[own.pk, "primary", 2026])
    return path, form(token=other.token, kind="register", checked="on", despite="on")


def foreign_pupils(own, other, site):
    data = form(students=[other.unplaced.pk], school_class=own.school_class.pk)
    return reverse("enrollment_classes"), data


def foreign_class(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    data = form(students=[own.unplaced.pk], school_class=pk)
    return reverse("enrollment_classes"), data


def foreign_roll(field):
    """The own roll, of a class or for an office that is another's."""

    def send(own, other, site):
        found = {"school_class": other.school_class and other.school_class.pk, "copy": other.pk}
        data = {"purpose": "学校存档", field: str(found[field] or MISSING)}
        return reverse("enrollment_roll", args=[own.pk, 2026]), data

    return send


def foreign_mover(own, other, site):
    second = own.school_class.school.classes.get(number=2)
    data = form(students=[other.waiting.pk], into=second.pk, reason="家长申请")
    return reverse("enrollment_class_move", args=[own.school_class.pk]), data


def order(field):
    """An order on a school, or into one, that is another county's."""

    def send(own, other, site):
        ids = {"school_id": site.units["上庄小学"].pk, "into_id": own.pk}
        typed = {"kind": "merge", "number": "迁教〔2026〕99 号", "file": forms.scan()}
        days = {"decided_on": "2026-08-20", "effective_on": "2026-12-01"}
        return reverse("order_new"), form(**ids | {f"{field}_id": other.pk}, **typed, **days)

    return send


def foreign_place(own, other, site):
    """A place of another county's school, to be taken out of the own school's catchment."""
    row = Catchment.objects.filter(school=other.pk).first()
    data = form(remove="1", gone=[row.pk if row else MISSING])
    return reverse("organisation_catchment", args=[own.pk]), data


def foreign_into(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    data = form(students=[own.waiting.pk], into=pk, reason="家长申请")
    return reverse("enrollment_class_move", args=[own.school_class.pk]), data


def foreign_drawn(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    asked = {"year": "2026", "classes": [own.school_class.pk, pk], "seed": "8136"}
    return reverse("enrollment_draw_new"), form(**asked, token="0" * 64)


def post_of(own, other, site):
    post = site.world.posts.get(other.clerk)
    return reverse("switch_post"), {"post": str(post.pk if post else MISSING)}


def post_of_the_way_back(own, other, site):
    return reverse("switch_resume"), {**post_of(own, other, site)[1], "next": "/", "note": "x"}


def continued(url: str, field: str, **more: object):
    """The form of a pupil that claims to go on with another post's case."""

    def send(own, other, site):
        return reverse(url), typed(case=getattr(other, field).number, version="1", **more)

    return send


def class_in_the_form(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    return reverse("enrollment_new"), typed(save="open", school_class=str(pk))


def class_of_an_admission(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    sent = forms.admit(site, None, own) | {"school_class": str(pk)}
    return reverse("enrollment_admission_new"), sent


def pupil_of_a_transfer(own, other, site):
    pk = other.waiting.pk if other.waiting else MISSING
    return reverse("transfer_new"), forms.transfer(site, None, own) | {"student": str(pk)}


def pupil_to_lend(own, other, site):
    pk = other.waiting.pk if other.waiting else MISSING
    return reverse("borrowing_lend_draft"), forms.lending(site, None, own) | {"student": str(pk)}


def draft(url: str, typed: Callable, field: str):
    def send(own, other, site):
        return reverse(url), typed(site, None, own) | {"case": getattr(other, field).number}

    return send


def class_of_an_arrival(own, other, site):
    pk = other.school_class.pk if other.school_class else MISSING
    sent = forms.take(site, None, own) | {"school_class": str(pk), "id_number": NUMBER}
    return reverse("transfer_take"), sent


def reported(own, other, site):
    case = other.open
    path = reverse("enrollment_national_results")
    return path, form(case=[f"{case.pk}:{case.version}"], result="passed")


def deferred(url: str):
    """A form that is to begin with what is registered of another school's child in 缓学."""
    return lambda own, other, site: (f"{reverse(url)}?deferred={other.deferral.number}", None)


def query(url: str, name: str, field: str):
    def send(own, other, site):
        found = getattr(other, field)
        return f"{reverse(url)}?{name}={getattr(found, 'pk', found)}", None

    return send


GUESSES = [
    *(
        Guess("cases_decide", who, decide_many(field, decision=decision), KEY)
        for who in ("principal", "centre", "county", "county-head", "city", "province")
        for field in ("open", "done")
        for decision in ("agreed", "returned", "refused")
    ),
    *(Guess("cases_decide", who, decide_many("draft"), KEY) for who in ("principal", "county")),
    *(Guess("cases_resume", who, resume_many) for who in ("principal", "county")),
    *(Guess("paper", who, paper) for who in NEIGHBOURS),
    Guess("paper_upload", "clerk", upload),
    Guess("paper_remove", "clerk", remove),
    Guess("numbering_issue", "centre", issue),
    Guess("enrollment_classes", "clerk", foreign_pupils),
    Guess("enrollment_classes", "clerk", foreign_class),
    Guess("enrollment_class_move", "clerk", foreign_mover),
    Guess("enrollment_class_move", "clerk", foreign_into),
    Guess("enrollment_draw_new", "clerk", foreign_drawn),
    Guess("enrollment_roll", "clerk", foreign_roll("school_class")),
    Guess("enrollment_roll", "clerk", foreign_roll("copy")),
    *(Guess("switch_post", who, post_of) for who in NEIGHBOURS),
    *(Guess("switch_resume", who, post_of_the_way_back) for who in NEIGHBOURS),
    *(
        Guess(url, "clerk", continued(url, field, **more), touches)
        for field in ("draft", "returned", "open")
        for url, more, touches in (
            ("enrollment_new", {"save": "draft"}, DRAFT),
            ("enrollment_draft", {}, DRAFT),
            ("enrollment_check", {}, ()),
            ("enrollment_resume", {}, ()),
        )
    ),
    Guess(
        "enrollment_deferral_check",
        "clerk",
        continued("enrollment_deferral_check", "deferral_back"),
    ),
    Guess("enrollment_new", "clerk", class_in_the_form, DRAFT),
    Guess("enrollment_new", "clerk", deferred("enrollment_new")),
    Guess("enrollment_admission_new", "clerk", class_of_an_admission, KEY),
    Guess("transfer_new", "clerk", pupil_of_a_transfer),
    Guess("borrowing_lend_draft", "clerk", pupil_to_lend),
    Guess("transfer_take", "clerk", class_of_an_arrival),
    *(
        Guess(url, "clerk", draft(url, typed, field), DRAFT)
        for url, typed in (
            ("transfer_draft", forms.transfer),
            ("borrowing_draft", forms.take),
            ("borrowing_lend_draft", forms.lending),
        )
        for field in ("draft", "open")
    ),
    *(
        Guess("enrollment_national_results", who, reported, KEY)
        for who in ("centre", "county", "city", "province")
    ),
    Guess("enrollment_deferral_new", "clerk", deferred("enrollment_deferral_new")),
    *(Guess("students", who, query("students", "after", "unplaced")) for who in NEIGHBOURS),
    *(Guess("students", who, query("students", "before", "unplaced")) for who in NEIGHBOURS),
    *(Guess("dossiers", who, query("dossiers", "after", "unplaced")) for who in NEIGHBOURS),
    *(Guess("cases", who, query("cases", "after", "open")) for who in NEIGHBOURS),
    *(Guess("cases", who, query("cases", "tab=closed&after", "done")) for who in NEIGHBOURS),
    *(Guess("numbering", who, query("numbering", "after", "pk")) for who in NEIGHBOURS),
    *(Guess("enrollment", who, query("enrollment", "after", "pk")) for who in NEIGHBOURS),
    *(Guess("organisations", who, query("organisations", "at", "pk")) for who in NEIGHBOURS),
    *(Guess("organisations", who, query("organisations", "after", "pk")) for who in NEIGHBOURS),
    *(Guess("calendar", who, query("calendar", "county", "pk")) for who in NEIGHBOURS),
    *(Guess("orders", who, query("orders", "after", "order")) for who in NEIGHBOURS),
    *(Guess("order_new", who, order(field)) for who in COUNTY for field in ("school", "into")),
    *(Guess("organisation_catchment", who, foreign_place, KEY) for who in COUNTY),
    Guess("enrollment", "clerk", query("enrollment", "show=unplaced&after", "unplaced")),
    Guess("enrollment_classes", "clerk", query("enrollment_classes", "after", "unplaced")),
]
# forms in which nothing but the address names a row: the matrix asks for them
NAMED_BY_ADDRESS = {
    "student_edit",
    "student_edit_resume",
    "student_reveal",
    "student_card",
    "student_sheet",
    "class_sheets",
    "enrollment_sheet",
    "student_photo_new",
    "student_document_new",
    "student_number_new",
    "student_paper_new",
    "student_paper_remove",
    "student_conduct_new",
    "student_conduct_revoke",
    "student_conduct_undo",
    "case_decide",
    "case_withdraw",
    "case_close",
    "case_reverse",
    "case_reveal",
    "case_resume",
    "enrollment_edit",
    "enrollment_deferral_edit",
    "enrollment_discard",
    "enrollment_excess",
    "transfer_reinstate",
    "enrollment_attendance",
    "enrollment_batch_confirm",
    "enrollment_batch_discard",
    "enrollment_batch_decide",
    "enrollment_batch_withdraw",
    "enrollment_batch_reverse",
    "enrollment_takeover_upload",
    "enrollment_takeover_confirm",
    "enrollment_takeover_close",
    "enrollment_takeover_undo",
    "reports_roster_decide",
    "account_state",
    "account_grant",
    "account_end_post",
    "account_security",
    "organisation_edit",
    "organisation_stages",
    "organisation_connect",
    "organisation_rules",
    "order_withdraw",
    "order_carry_out",
}
NAMED_BY_QUERY = {
    "borrowing_lend",  # tests/transfers/test_lending.py asks for others' pupils
    "reports_roster_new",  # tests/reports/test_rosters.py asks for others' lists
}
NAMED_BY_DOCUMENT = {"foreign_numbers"}  # tests/pages/test_foreign_numbers.py asks for others'
NAMED_IN_WORDS = {"account_new"}  # tests/accounts/test_people.py types places of others
NAMED_BY_NOTICE = {"notices_read"}  # tests/notices/test_notices.py names others'
WITHOUT_ROWS = {
    "login",
    "login_code",
    "my_password",
    "my_sessions_end",
    "audit_find",
    "enrollment_import_new",
    "enrollment_photos_new",
    "logout",
    "students_find",
    "enrollment_find",
    "cases_find",
    "enrollment_class_add",
    "enrollment_national_export",
    "organisation_new",
    "organisations_import",
    "calendar_edit",
    "holidays",
}  # name no row at all


def answered(site: Site, guess: Guess, others: list[Unit]) -> list[tuple]:
    """For each unit: status, what is read in the end, tables changed, leaks; nothing is kept."""
    client = Clients(site).of(guess.who)
    before = detectors.state()
    return [_answered(site, client, guess, other, before) for other in others]


def _answered(site: Site, client: Client, guess: Guess, other: Unit, before: dict) -> tuple:
    client.cookies.pop("messages", None)
    with undone():
        path, data = guess.send(site.units[OWN], other, site)
        response = client.get(path) if data is None else client.post(path, data)
        text = detectors.text_of(response)
        if response.status_code == 302:
            text += detectors.text_of(client.get(response["Location"]))
        touched = detectors.changed(before)
    post = site.world.posts[guess.who]
    found = detectors.leaks(site, post.organisation.path, text, sent=f"{path} {data}")
    text = CASE_NUMBER.sub("…", text)  # a new draft has a new one each time
    return response.status_code, detectors.same(text), touched, found


def known(site: Site, guess: Guess) -> list[Unit]:
    return [site.units[name] for name in NEIGHBOURS[guess.who]]


@pytest.mark.parametrize("guess", GUESSES, ids=lambda g: f"{g.url}-{g.who}")
def test_a_guessed_id_changes_nothing_and_says_nothing(site, guess):
    others = known(site, guess)
    nothing, *found = answered(site, guess, [NOTHING, *others])
    status, same, touched, _ = nothing
    assert set(touched) <= set(guess.touches)
    for other, got in zip(others, found, strict=True):
        assert (other.name, *got) == (other.name, status, same, touched, [])


def test_every_form_was_looked_at_for_ids():
    """A new form that acts is judged here, or said to name its row in the address alone."""
    forms = {
        row.url
        for row in rows()
        if "POST" in row.methods and row.answer.startswith(("200", "302")) and row.answer != "405"
    }
    looked_at = {guess.url for guess in GUESSES} | NAMED_BY_ADDRESS | NAMED_BY_DOCUMENT
    looked_at |= WITHOUT_ROWS | NAMED_IN_WORDS | NAMED_BY_QUERY | NAMED_BY_NOTICE
    assert forms - looked_at == set()


def test_of_own_and_foreign_cases_in_one_form_only_the_own_are_signed(site):
    own, foreign = site.units[OWN].open, site.units["邻泉小学"].open
    client = Clients(site).of("principal")

    client.post(
        reverse("cases_decide"),
        form(case=[f"{c.pk}:{c.version}" for c in (foreign, own)], decision="agreed", note=""),
    )

    waiting = Case.objects.filter(pk__in=[own.pk, foreign.pk])
    assert dict(waiting.values_list("pk", "waiting_role")) == {
        own.pk: "centre_officer",
        foreign.pk: "principal",
    }
    text = detectors.text_of(client.get(reverse("cases")))
    assert "已签署 1 件" in text
    assert detectors.leaks(site, site.units[OWN].path, text) == []


def test_of_own_and_foreign_pupils_in_one_form_none_is_put_into_a_class(site):
    own, foreign = site.units[OWN], site.units["邻泉小学"]
    data = form(students=[own.unplaced.pk, foreign.unplaced.pk], school_class=own.school_class.pk)
    answer = Clients(site).of("clerk").post(reverse("enrollment_classes"), data)
    placed = Student.objects.filter(
        pk__in=[own.unplaced.pk, foreign.unplaced.pk], school_class__isnull=False
    )
    assert (answer.status_code, placed.count()) == (409, 0)


@pytest.mark.parametrize("url", ["enrollment_new", "enrollment_draft"])
def test_a_form_key_of_another_person_opens_nothing_of_theirs(site, url):
    """The key of a form finds its draft again: only for the person who opened it."""
    clients = Clients(site)
    data = typed(save="draft")
    theirs = clients.of("clerk1b").post(reverse("enrollment_draft"), data)
    assert theirs.status_code == 200
    draft = Case.objects.latest("pk")
    before = Case.objects.filter(pk=draft.pk).values("version", "title", "form__version").get()

    answer = clients.of("clerk").post(reverse(url), data | {"name": "别人"})

    assert answer.status_code < 500
    assert draft.number not in detectors.text_of(answer)
    now = Case.objects.filter(pk=draft.pk).values("version", "title", "form__version").get()
    assert now == before
