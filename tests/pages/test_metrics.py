"""Whoever watches the site is told how it fares, and nothing of whom it keeps."""

import json
import logging
import re

import pytest
from django.db import OperationalError
from django.urls import reverse
from prometheus_client import REGISTRY, generate_latest

from tests import pupils
from xueji.cases.models import Case
from xueji.logs import Json
from xueji.management.commands.metrics import registry
from xueji.pages import figures

CANARY = "郗若璠"


def told() -> dict[str, str]:
    lines = generate_latest(registry()).decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_cases_jobs_and_sessions_are_counted(world, client_of):
    case = pupils.submitted(world, name=CANARY)
    Case.objects.filter(pk=case.pk).update(due_on="2026-01-05")
    client_of("clerk").get("/")
    found = told()
    assert found.pop("xueji_state_free_bytes") != "0.0"
    assert found == {
        'xueji_jobs{state="queued"}': "0.0",
        'xueji_jobs{state="running"}': "0.0",
        'xueji_jobs{state="done"}': "0.0",
        'xueji_jobs{state="failed"}': "0.0",
        "xueji_job_waiting_seconds": "0.0",
        "xueji_cases_alive": "1.0",
        "xueji_cases_overdue": "1.0",
        "xueji_sessions": "1.0",
        "xueji_database_up": "1.0",
    }


def test_a_database_that_is_away_is_told(db, monkeypatch):
    def away(*_):
        raise OperationalError

    monkeypatch.setattr(figures.Figures, "_of_the_database", away)
    assert told()["xueji_database_up"] == "0.0"


def test_answers_are_counted_by_route_and_not_by_address(world, client_of):
    case = pupils.submitted(world, name=CANARY)
    labels = {"route": "cases/<str:number>/", "method": "GET", "status": "200"}
    before = REGISTRY.get_sample_value("xueji_answers_total", labels) or 0
    client_of("principal").get(reverse("case", args=[case.number]))
    assert REGISTRY.get_sample_value("xueji_answers_total", labels) == before + 1
    assert case.number not in generate_latest(REGISTRY).decode()


def test_a_line_names_route_and_ids(world, client_of, logged):
    case = pupils.submitted(world, name=CANARY)
    post = world.posts["principal"]
    client_of("principal").get(reverse("case", args=[case.number]) + f"?q={CANARY}")
    assert re.sub(r"\d+ ms", "… ms", logged().splitlines()[-1].partition(" INFO ")[2]) == (
        f"xueji.pages.answered GET cases/<str:number>/ 200 … ms user {post.user_id} post {post.pk}"
    )


@pytest.mark.parametrize("asked", ["/healthz", "/static/style.css"])
def test_what_is_asked_all_the_time_leaves_no_line(db, client, logged, asked):
    answer = client.get(asked)
    answer.close()
    assert (answer.status_code, logged()) == (200, "")


def test_as_json_a_line_is_one_object(caplog):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("xueji").exception("broken", extra={"facts": {"status": 500}})
    line = json.loads(Json().format(caplog.records[-1]))
    assert (line["level"], line["message"], line["status"]) == ("ERROR", "broken", 500)
    assert (line["trace"][0], CANARY in str(line)) == ("builtins.ValueError", False)
