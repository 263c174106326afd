"""A form acts once, however often and however simultaneously it is sent."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests import pupils
from tests.browsing import verdict
from xueji.audit import services as audit
from xueji.audit.models import FormKey
from xueji.cases.models import Case, Step

KEY = UUID("11111111-2222-4333-8444-555555555555")
OTHER_CONTENT = "这张表已经提交过，内容和上次不同，这次没有保存。"


def decide(client: Client, case: Case, data: dict[str, str]):
    return client.post(reverse("case_decide", args=[case.number]), data)


def signatures(case: Case) -> list[tuple[str, str]]:
    steps = Step.objects.filter(case=case, decision__isnull=False).exclude(position=0)
    return list(steps.values_list("decided_by__username", "note"))


# -- the service ----------------------------------------------------------------------------------
def test_the_first_claim_of_a_key_acts_and_the_second_finds_where_it_led(world):
    user = world.posts["clerk"].user.pk
    assert audit.claim(key=KEY, user_id=user, content="a") is None
    audit.answer(key=KEY, location="/cases/2026-000001/")
    assert audit.claim(key=KEY, user_id=user, content="a") == "/cases/2026-000001/"


@pytest.mark.parametrize(
    ("username", "content"), [("clerk", "b"), ("principal", "a"), ("principal", "b")]
)
def test_a_key_of_another_content_or_person_is_refused(world, username, content):
    audit.claim(key=KEY, user_id=world.posts["clerk"].user.pk, content="a")
    with pytest.raises(audit.OtherContent):
        audit.claim(key=KEY, user_id=world.posts[username].user.pk, content=content)


def test_the_fingerprint_sees_every_field_and_no_order():
    one = audit.digest({"a": ["1"], "b": ["2", "3"]})
    assert audit.digest({"b": ["2", "3"], "a": ["1"]}) == one
    for other in ({"a": ["1"], "b": ["3", "2"]}, {"a": ["1"]}, {"a": ["1"], "c": ["2", "3"]}):
        assert audit.digest(other) != one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": ["x\nb=['y']"]}, {"a": ["x"], "b": ["y"]}),
        ({"a": ["1, 2"]}, {"a": ["1", "2"]}),
        ({"a=": ["b"]}, {"a": ["=b"]}),
    ],
)
def test_no_two_contents_share_a_fingerprint_by_their_punctuation(one, other):
    assert audit.digest(one) != audit.digest(other)


# -- the pages ------------------------------------------------------------------------------------
def test_the_same_form_sent_twice_signs_once_and_leads_to_the_same_page(world, client_of):
    case, client = pupils.submitted(world), client_of("principal")
    data = verdict(case, note="材料齐全")

    first, second = decide(client, case, data), decide(client, case, data)

    assert (first.status_code, first["Location"]) == (302, f"/cases/{case.number}/")
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert signatures(case) == [("principal", "材料齐全")]
    assert FormKey.objects.count() == 1


def test_a_fresh_csrf_token_does_not_make_it_another_form(world, client_of):
    case, client = pupils.submitted(world), client_of("principal")
    data = verdict(case)
    answers = [decide(client, case, data | {"csrfmiddlewaretoken": token}) for token in "ab"]
    assert [answer["Location"] for answer in answers] == 2 * [f"/cases/{case.number}/"]
    assert signatures(case) == [("principal", "")]


def test_a_used_key_with_other_content_changes_nothing_and_says_so(world, client_of):
    case, client = pupils.submitted(world), client_of("principal")
    data = verdict(case)
    decide(client, case, data)
    before = Case.objects.filter(pk=case.pk).values().get()

    answer = decide(client, case, data | {"decision": "refused", "note": "不同意了"})

    shown = client.get(answer["Location"])
    assert (answer.status_code, shown.status_code) == (302, 200)
    assert OTHER_CONTENT in shown.content.decode()
    assert signatures(case) == [("principal", "")]
    assert Case.objects.filter(pk=case.pk).values().get() == before


def test_a_key_that_another_person_used_signs_nothing(world, client_of):
    case = pupils.submitted(world)
    data = verdict(case)
    decide(client_of("principal"), case, data)
    case.refresh_from_db()
    decide(client_of("centre"), case, data | {"version": str(case.version)})
    assert signatures(case) == [("principal", "")]


@pytest.mark.parametrize("key", ["", "x", "1" * 31, str(KEY) + "0", "\0" * 32])
def test_a_form_without_a_proper_key_acts_not_at_all(world, client_of, key):
    case = pupils.submitted(world)
    answer = decide(client_of("principal"), case, verdict(case, form_key=key))
    assert (answer.status_code, signatures(case), FormKey.objects.count()) == (400, [], 0)


def test_a_refused_act_leaves_its_key_free(world, client_of):
    """After a refusal the same form may be sent again, once what was wrong is mended."""
    case, client = pupils.submitted(world), client_of("centre")
    data = verdict(case)
    assert (decide(client, case, data).status_code, FormKey.objects.count()) == (409, 0)


def test_key_and_effect_commit_together_or_not_at_all(world, client_of):
    case, client = pupils.submitted(world), client_of("principal")
    with transaction.atomic():
        decide(client, case, verdict(case))
        assert (len(signatures(case)), FormKey.objects.count()) == (1, 1)
        transaction.set_rollback(True)
    assert (signatures(case), FormKey.objects.count()) == ([], 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["case_decide", "cases_decide", "case_withdraw"])
def test_a_double_click_acts_once_and_both_clicks_get_the_same_answer(world, client_of, name):
    """Two connections send the same form at the same moment."""
    case = pupils.submitted(world)
    client = client_of("clerk" if name == "case_withdraw" else "principal")
    data = verdict(case, reason="录错") | {"case": f"{case.pk}:{case.version}"}
    path = reverse(name) if name == "cases_decide" else reverse(name, args=[case.number])
    start = Barrier(2)

    def click(_):
        twin = Client()
        twin.cookies = client.cookies.copy()
        start.wait()
        try:
            answer = twin.post(path, data)
            return answer.status_code, answer["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(click, range(2)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    rounds = Step.objects.filter(case=case, decided_at__isnull=False).count()
    assert (rounds, FormKey.objects.count()) == (2, 1)  # the submission and this one act


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_forms_with_one_key_and_other_content_one_acts(world, client_of):
    case, client = pupils.submitted(world), client_of("principal")
    forms = [
        verdict(case, form_key=str(KEY)),
        verdict(case, form_key=str(KEY), decision="returned", note="请改正"),
    ]
    start = Barrier(2)

    def send(data):
        twin = Client()
        twin.cookies = client.cookies.copy()
        start.wait()
        try:
            return decide(twin, case, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(send, forms)) == [302, 302]
    assert len(signatures(case)) == 1
    assert FormKey.objects.count() == 1


def test_every_form_that_acts_carries_a_key_of_its_own(world, client_of):
    """Each time a page is shown, its forms get a new key."""
    case, client = pupils.submitted(world), client_of("principal")
    path = reverse("case", args=[case.number])
    keys = [
        set(re.findall(r'name="form_key" value="([^"]+)"', client.get(path).content.decode()))
        for _ in range(2)
    ]
    assert all(len(found) == 1 and UUID(next(iter(found))) for found in keys)
    assert not keys[0] & keys[1]
