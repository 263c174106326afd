"""Whatever stands where an id belongs, a page answers and nothing is signed or hung up."""

import pytest
from django.urls import reverse

from tests import pupils
from tests.browsing import verdict
from tests.permissions import forms
from xueji.cases.models import Paper, Step
from xueji.documents.models import Document
from xueji.pages.ids import whole

HOSTILE = [
    *("", " ", "²", "٣", "１", "-1", "+1", "1.0", "0x1", "1e3", "\0", "一"),
    "9" * 19,
    "9" * 400,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_plain_number_is_none(text):
    assert whole(text) is None


def test_a_plain_number_is_read_as_far_as_it_may_be_long():
    assert [whole("0"), whole("7"), whole("9" * 18), whole("9" * 10, digits=9)] == [
        0,
        7,
        int("9" * 18),
        None,
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_verdict_with_such_a_version_is_not_signed(world, client_of, text):
    case = pupils.submitted(world)
    answer = client_of("principal").post(
        reverse("case_decide", args=[case.number]), verdict(case, version=text)
    )
    assert (answer.status_code, Step.objects.filter(decision="agreed").count()) == (422, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_such_a_choice_of_many_signs_nothing(world, client_of, text):
    case = pupils.submitted(world)
    data = verdict(case) | {"case": [f"{text}:{case.version}", f"{case.pk}:{text}", text]}
    answer = client_of("principal").post(reverse("cases_decide"), data)
    assert (answer.status_code, Step.objects.filter(decision="agreed").count()) == (422, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_scan_for_such_a_paper_is_kept_nowhere(world, client_of, text):
    case = pupils.submitted(world)
    data = {"paper": text, "file": forms.scan(), **forms.key()}
    answer = client_of("clerk").post(reverse("paper_upload", args=[case.number]), data)
    assert answer.status_code == 302
    kept = Paper.objects.filter(document__isnull=False)
    assert (kept.count(), Document.objects.count()) == (0, 0)
