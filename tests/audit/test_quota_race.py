"""Whole numbers asked for in many windows at once are counted as if one after the other."""

import threading

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.world import build
from xueji.audit import queries
from xueji.cases.models import Case

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WINDOWS = 6


@pytest.mark.parametrize("page", ["student", "case"])
def test_windows_opened_at_once_show_no_more_than_a_day_allows(settings, page):
    settings.REVEALS_AT_MOST = 2
    here = build()
    student, user = pupils.enrolled(here), here.posts["clerk"].user
    of_case = [Case.objects.get(student=student).number]
    address = {
        "student": reverse("student_reveal", args=[student.pk]),
        "case": reverse("case_reveal", args=of_case),
    }[page]
    sent = {"field": "id_number", "reason": "核对户口簿原件"}
    barrier, answers = threading.Barrier(WINDOWS), [HttpResponse()] * WINDOWS

    def window(place: int) -> None:
        client = Client()
        client.force_login(user)
        barrier.wait()
        try:
            answers[place] = client.post(address, sent)
        finally:
            connection.close()

    threads = [threading.Thread(target=window, args=[place]) for place in range(WINDOWS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [429] * 4
    shown = [student.id_number in answer.content.decode() for answer in answers]
    assert (sum(shown), queries.revealed_on(user.pk, localdate())) == (2, 2)
