"""The watch over the whole suite (tests/canaries.py) finds what is planted for it."""

import logging
import tempfile

import pytest
from celery.signals import before_task_publish
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests import pupils
from tests.canaries import kinds, watching
from tests.world import PASSWORD
from xueji.pages import readiness
from xueji.pages.views import errors


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GET students/<int:pk>/ 200 12 ms user 5 post 7", set()),
        ("学生 王梓涵", {"a pupil's name"}),
        (r"Not Found: /\u738b\u6893\u6db5/", {"a pupil's name"}),
        (f"id {pupils.id_number()}", {"an ID number"}),
        ("130283201603078919", set()),  # its check digit is another one
        ("tel 13931520018", {"a telephone"}),
        ("1764123456789012", set()),
        (f"password={PASSWORD}", {"a password or key"}),
        (settings.SECRET_KEY, {"a password or key"}),
    ],
)
def test_each_kind_is_known_and_nothing_else(text, found):
    assert kinds(text) == found


def test_what_is_planted_in_each_place_is_found(db, leaks, monkeypatch):
    def broken() -> None:
        raise ValueError

    def led(address: str, status: int) -> HttpResponse:
        return HttpResponse(f'<a href="{address}">', status=status)

    before, hits, number = set(leaks), set(), pupils.id_number()
    with watching(hits):
        logging.getLogger("xueji.jobs").warning("job of %s", number)
        Client().get(f"/students/?q={number}")  # the way to the login carries it on
        before_task_publish.send("run_job", body=f"[[{number}]]", headers={})
        with tempfile.NamedTemporaryFile("w", prefix="intake-", delete=False) as file:
            file.write("王梓涵")
        with monkeypatch.context() as planted:
            planted.setattr(readiness, "state", broken)
            planted.setattr(errors, "render_to_string", lambda *_: "王梓涵")
            Client(raise_request_exception=False).get("/readyz")
            planted.setattr(errors, "render", lambda *_a, **_k: led(f"/?q={number}", 200))
            Client().get("/somewhere/")
            planted.setattr(errors, "render", lambda *_a, **_k: led(number, 404))
            Client().get("/nowhere/")
    leaks.intersection_update(before)  # the watch over the whole suite has seen them too
    assert hits == {
        "an ID number in the log of xueji.jobs",
        "an ID number in a redirect of /students/",
        "an ID number in the task run_job",
        "a pupil's name in a temporary file like intake-",
        "a pupil's name on an error page of /readyz",
        "an ID number in an address on /somewhere/",
        "an ID number on an error page of /nowhere/",
    }
