"""奖惩 of a pupil on its tab, in the timeline and on the card, as a browser asks."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import refused_reason, text
from tests.conduct import entries
from tests.documents import scans
from tests.world import NOON
from xueji.audit.models import Access
from xueji.conduct.models import Conduct
from xueji.documents.models import Document

pytestmark = pytest.mark.usefixtures("files")

TYPED = {
    "what": "sanction:警告",
    "level": "校级",
    "text": "",
    "unit": "清泉小学",
    "paper_number": "清校〔2026〕3 号",
    "given_on": "2026-09-01",
}


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def page(student, tab: str = "conduct") -> str:
    return f"{reverse('student', args=[student.pk])}?tab={tab}"


def scan(data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", scans.jpeg() if data is None else data)


def record(client, student, **changes):
    sent = {"form_key": str(uuid4()), "file": scan(), **TYPED, **changes}
    address = reverse("student_conduct_new", args=[student.pk])
    return client.post(address, {k: v for k, v in sent.items() if v is not None}, follow=True)


def act(client, name: str, row: Conduct, **sent):
    sent = {"form_key": str(uuid4()), **sent}
    return client.post(reverse(name, args=[row.student_id, row.pk]), sent, follow=True)


def revoke(client, row: Conduct, **changes):
    typed = {"on": "2026-09-02", "paper_number": "清校〔2026〕8 号", "file": scan(), **changes}
    return act(client, "student_conduct_revoke", row, **{f"r{row.pk}-{k}": typed[k] for k in typed})


def proof(row: Conduct, which: str = "proof") -> str:
    return reverse("student_conduct_paper", args=[row.student_id, row.pk, which])


def test_a_sanction_is_recorded_revoked_and_told_everywhere(client_of, student):
    clerk = client_of("clerk")
    assert "已登记处分：校级警告" in text(record(clerk, student))
    told = text(client_of("county").get(page(student)))
    assert ("处分：校级警告" in told, "1 项处分没有撤销" in told) == (True, True)
    row = Conduct.objects.get()
    assert "处分已于 2026-09-02 撤销：校级警告" in text(revoke(clerk, row))
    told = text(clerk.get(page(student)))
    assert ("2026-09-02 撤销" in told, "没有撤销" in told) == (True, False)
    history = text(clerk.get(page(student, "history")))
    words = [
        "校级警告，2026-09-01，清泉小学 清校〔2026〕3 号",
        "2026-09-02 起撤销 清校〔2026〕8 号",
    ]
    assert [word for word in words if word not in history] == []
    card = text(clerk.get(reverse("student_card", args=[student.pk])))
    assert ("校级警告" in card, "2026-09-02 清校〔2026〕8 号" in card) == (True, True)


def test_the_proofs_are_downloads_and_lie_in_the_file(client_of, student):
    record(client_of("clerk"), student)
    row = Conduct.objects.get()
    revoke(client_of("clerk"), row)
    for which in ("proof", "revocation"):
        answer = client_of("centre").get(proof(row, which))
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert answer["Content-Disposition"].startswith("attachment;")
        look = Access.objects.latest("pk")
        assert (look.kind, look.field) == ("file", f"conduct_{which}")
    assert client_of("centre").get(proof(row, "x")).status_code == 404
    told = text(client_of("centre").get(page(student, "file")))
    assert ("处分证明：校级警告" in told, "处分证明：校级警告（撤销）" in told) == (True, True)


def test_an_undone_entry_is_on_the_tab_alone_and_its_proof_is_gone_at_once(client_of, student):
    clerk = client_of("clerk")
    record(clerk, student)
    row = Conduct.objects.get()
    told = text(act(clerk, "student_conduct_undo", row, reason="登记错了学生"))
    assert "已作废处分：校级警告" in told
    assert ("已作废的记录" in told, "作废：登记错了学生" in told) == (True, True)
    assert [client_of(who).get(proof(row)).status_code for who in ("clerk", "county")] == [404, 404]
    assert "校级警告" not in text(clerk.get(reverse("student_card", args=[student.pk])))
    assert "校级警告" not in text(clerk.get(page(student, "file")))
    assert "作废：登记错了学生" in text(clerk.get(page(student, "history")))


def test_an_undo_without_a_reason_says_so(client_of, student):
    record(client_of("clerk"), student)
    answer = act(client_of("clerk"), "student_conduct_undo", Conduct.objects.get(), reason=" ")
    told = "请写明作废的原因，如：登记错了学生、日期写错。原因会留在履历里。"
    assert (answer.status_code, refused_reason(answer)) == (422, (" ", told))
    long = "错" * 61
    answer = act(client_of("clerk"), "student_conduct_undo", Conduct.objects.get(), reason=long)
    assert refused_reason(answer) == (long, "作废的原因超过 60 个字，请写短一些。")
    assert Conduct.objects.get().undone is False


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"what": ""}, "请选择是哪一种奖励或处分"),
        ({"what": "sanction:开除"}, "不在可选的范围内"),
        ({"level": ""}, "请选择级别"),
        ({"level": "班级"}, "文件未规定，按本县设定（可改）：conduct.levels"),
        ({"what": "reward:其他奖励"}, "没有写是什么"),
        ({"unit": ""}, "请填写作出决定的单位"),
        ({"given_on": "昨天"}, "请写成 2026-09-01 这样的年、月、日"),
        ({"given_on": "2099-01-01"}, "2099-01-01 还没有到"),
        ({"given_on": "2001-01-01"}, "早于该生的出生日期"),
        ({"file": None}, "没有选证明材料"),
        ({"file": scan(b"")}, "文件是空的"),
        ({"file": scan(scans.HTML)}, "这是网页或 SVG 文件"),
    ],
)
def test_what_is_wrong_is_shown_beside_what_was_typed(client_of, student, changes, says):
    answer = record(client_of("clerk"), student, **changes)
    told = text(answer)
    assert (answer.status_code, says in told, "没有保存" in told) == (422, True, True)
    assert "清校〔2026〕3 号" in answer.content.decode()
    assert (Conduct.objects.count(), Document.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"on": ""}, "请填写作出撤销决定的日期"),
        ({"on": "2026-08-01"}, "早于处分日期 2026-09-01"),
        ({"file": scan(scans.SVG)}, "这是网页或 SVG 文件"),
    ],
)
def test_a_revocation_that_is_wrong_is_shown_again_open(client_of, student, changes, says):
    record(client_of("clerk"), student)
    answer = revoke(client_of("clerk"), Conduct.objects.get(), **changes)
    assert (answer.status_code, says in text(answer)) == (422, True)
    assert len(re.findall(r"<details open>", answer.content.decode())) == 1
    assert Conduct.objects.get().revoked_on is None


def test_a_second_click_records_one(client_of, student):
    key = str(uuid4())
    for _ in range(2):
        record(client_of("clerk"), student, form_key=key)
    assert (Conduct.objects.count(), Document.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal", "centre", "county", "auditor"])
def test_whoever_is_not_the_schools_clerk_writes_nothing_and_finds_no_form(
    world, client_of, student, who
):
    row = entries.record(world, student, entries.sanction())
    client = client_of(who)
    answers = [
        record(client, student),
        revoke(client, row),
        act(client, "student_conduct_undo", row, reason="x"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [(r.revoked_on, r.undone) for r in Conduct.objects.all()] == [(None, False)]
    assert "登记奖励、处分" not in text(client.get(page(student)))


def test_the_proof_of_another_pupil_is_not_found_under_this_one(world, client_of, student):
    other = pupils.enrolled(world, name="程知节")
    row = entries.record(world, other, entries.sanction())
    address = reverse("student_conduct_paper", args=[student.pk, row.pk, "proof"])
    assert client_of("clerk").get(address).status_code == 404


def test_the_former_school_sees_its_own_time_and_the_next_school_everything(
    world, client_of, student
):
    mine = entries.record(world, student, entries.sanction())
    gone, later = NOON + timedelta(days=10), NOON + timedelta(days=20)
    pupils.move(student, to=world.schools["滦州甲小学"], acting=world.acting("county", at=gone))
    with time_machine.travel(later, tick=False):
        theirs = entries.record(world, student, entries.sanction(name="记过"), "clerk9", at=later)
        entries.revoke(world, student, mine, who="clerk9", at=later)
        old, new = client_of("clerk"), client_of("clerk9")
        told = text(old.get(page(student)))
        assert ("1 项处分离开时没有撤销" in told, "记过" in told) == (True, False)
        assert "登记奖励、处分" not in told
        told = text(new.get(page(student)))
        assert ("校级警告" in told, "校级记过" in told) == (True, True)
        card = text(old.get(reverse("student_card", args=[student.pk])))
        assert ("校级警告" in card, "未撤销" in card, "记过" in card) == (True, True, False)
        asked = [proof(mine), proof(mine, "revocation"), proof(theirs)]
        answers = [[client.get(a).status_code for a in asked] for client in (old, new)]
        assert answers == [[200, 404, 404], [200, 200, 200]]
        entries.undo(world, student, mine, "clerk9")
        assert old.get(proof(mine)).status_code == 404


@pytest.mark.parametrize("address", ["?tab=conduct", "?tab=file", "card/"])
def test_three_entries_cost_as_many_questions_as_one(world, client_of, student, address):
    client, path = client_of("clerk"), reverse("student", args=[student.pk]) + address
    counted = []
    for names in (["警告"], ["严重警告", "记过"]):
        for name in names:
            entries.record(world, student, entries.sanction(name=name))
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counted.append(len(asked))
    assert counted[0] == counted[1]
