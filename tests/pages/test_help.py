"""Help is one click away from each page, and is the manual itself."""

import re

import pytest
from django.urls import reverse

from xueji.pages import manual

CHAPTERS = sorted(manual.chapters())


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("/", "20-desk"),
        ("/notices/", "20-desk"),
        ("/login/code/", "1-login"),
        ("/cases/2026-000001/", "3-signing"),
        ("/enrollment/new/", "2-entry"),
        ("/enrollment/classes/7/", "4-classes"),
        ("/transfers/new/", "13-transfers"),
        ("/nowhere/", "20-desk"),
    ],
)
def test_each_page_has_its_chapter(path, chapter):
    assert manual.about(path) == f"/help/?chapter={chapter}"


def test_what_pages_lead_to_is_there():
    assert set(manual.ABOUT.values()) <= set(CHAPTERS)


def test_the_contents_name_every_chapter_as_it_names_itself():
    contents = (manual.FOLDER / "README.md").read_text()
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\.md\)$", contents, re.M)
    titled = [(f"{number} {title}", name) for number, title, name in listed]
    assert titled == [(one.title, one.name) for one in manual.chapters().values()]


def test_what_an_office_calls_its_work_is_found_in_the_contents():
    contents = (manual.FOLDER / "README.md").read_text()
    titles = " ".join(chapter.title for chapter in manual.chapters().values())
    for words in (
        "日常工作台",
        "新生入学",
        "学生档案",
        "编号与封存",
        "账号与岗位",
        "系统管理",
    ):
        assert (f"| {words} | [" in contents, words in titles) == (True, True)


@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_of_the_markdown_is_left(name):
    body = manual.chapters()[name].body
    assert re.findall(r"\*\*|^#|^\||`|\]\(|<script|style=", body, re.M) == []
    assert body.count("<h2") == len(manual.chapters()[name].parts)


def test_text_is_escaped_and_marked():
    chapter = manual._chapter(
        "1-x",
        "# 题\n段 <script> **粗** `n` [别章](2-entry.md) ![图](p.png)\n续\n\n"
        "## 节\n\n- 一\n- 二\n\n"
        "1. 甲\n2. 乙\n\n| 键 | 用 |\n|---|---|\n| a | b |\n",
    )
    assert (chapter.title, chapter.parts) == ("题", ["节"])
    assert chapter.body == (
        '<p>段 &lt;script&gt; <b>粗</b> <kbd>n</kbd> <a href="?chapter=2-entry">别章</a>  续</p>\n'
        '<h2 id="part-1">节</h2>\n<ul><li>一</li><li>二</li></ul>\n'
        "<ol><li>甲</li><li>乙</li></ol>\n"
        '<table class="table"><thead><tr>'
        '<th scope="col">键</th><th scope="col">用</th></tr></thead>'
        '<tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>'
    )


def test_the_header_leads_to_the_chapter_and_the_chapter_is_shown(world, client_of):
    client = client_of("auditor")
    shown = client.get(reverse("audit")).content.decode()
    assert 'href="/help/?chapter=17-audit"' in shown
    page = client.get("/help/?chapter=17-audit").content.decode()
    assert "<h1>17 审计</h1>" in page
    assert client.get("/help/").content.decode().count("?chapter=") == len(CHAPTERS) + 2
    assert client.get("/help/?chapter=../../README").status_code == 404
