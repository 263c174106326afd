"""A request that no page of ours sends is answered in Chinese, and changes nothing."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

LIST = "/students/find/"
TYPED = "application/x-www-form-urlencoded"


def heading(answer) -> str:
    return answer.content.decode().partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    "typed",
    [{f"field{number}": "1" for number in range(5001)}, {"q": "长" * 400_000}],
    ids=["fields", "text"],
)
def test_more_than_any_form_holds_is_told_as_such(world, client_of, typed):
    answer = client_of("clerk").generic("POST", LIST, urlencode(typed), content_type=TYPED)
    assert answer.status_code == 413
    assert heading(answer) == "一次送来的内容太多，没有收下，什么都没有改动"
    assert "一张表最多 5000 项、文字共 1 MB" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nContent-Disp", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=\xff"),
        (b"q=1", "application/x-www-form-urlencoded; charset=utf-16"),
    ],
    ids=["no boundary", "foreign boundary", "other letters"],
)
def test_a_form_in_pieces_is_not_understood(world, client_of, body, kind):
    answer = client_of("clerk").generic("POST", LIST, body, content_type=kind)
    assert (answer.status_code, heading(answer)) == (400, "看不懂这个请求，什么都没有改动")


@pytest.mark.parametrize("path", ["/%ff%fe/", "/students/%00/", "/students/99999999999999999999/"])
def test_no_such_page_is_one_answer(world, client_of, path):
    answer = client_of("clerk").generic("GET", path)
    assert (answer.status_code, heading(answer)) == (404, "找不到这一页，或不在您的岗位范围内")


@pytest.mark.parametrize(("who", "is_offered"), [("clerk", True), ("auditor", False)])
def test_a_page_that_is_not_found_offers_cases_to_whoever_reads_them(
    world, client_of, who, is_offered
):
    page = client_of(who).get("/cases/2026-000001/").content.decode()
    assert [words in page for words in ("查业务件编号", "转出的学生请从业务件打开")] == [
        is_offered
    ] * 2


@pytest.mark.parametrize("method", ["FOO", "PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_told_that_the_address_is_only_looked_at(world, client_of, method):
    answer = client_of("clerk").generic(method, "/students/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert heading(answer) == "这个地址不能这样打开，什么都没有改动"


def test_a_stranger_is_answered_the_same_pages(db):
    client = Client()
    assert heading(client.get("/nowhere/")) == "找不到这一页，或不在您的岗位范围内"
    assert heading(client.generic("FOO", "/healthz")) == "这个地址不能这样打开，什么都没有改动"


@pytest.mark.parametrize(
    "who", ["clerk", "principal", "centre", "county", "province", "auditor", "admin", "security"]
)
def test_every_way_that_a_missing_page_offers_can_be_gone(world, client_of, who):
    client = client_of(who)
    main = (
        client.get("/organisations/999999/")
        .content.decode()
        .partition("<main")[2]
        .partition("</main>")[0]
    )
    offered = re.findall(r'<a [^>]*href="(/[^"]*)"', main)
    ways = {way: client.get(way).status_code for way in offered if way != "/login/"}
    assert (set(ways.values()), "转出的学生" in main) == ({200}, "/cases/" in ways)
