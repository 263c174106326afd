"""The pages of a takeover: opening, upload, what was found, the second person, undoing."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.excel.takeover.columns import typed
from enrollment.models import Takeover, TakeoverState
from tests.browsing import REASON_NEEDED, refused_reason
from tests.enrollment import takeovers, workbooks
from tests.enrollment.takeovers import AS_ON, line
from xueji.audit.models import Access
from xueji.organisations.models import School

BASE = "/enrollment/takeover/"


@pytest.fixture
def county(client_of, noon):
    return client_of("county")


def posted(client, where, **more):
    answer = client.post(f"{BASE}{where}", {"form_key": str(uuid4()), **more})
    return answer, client.get(answer["Location"]).content.decode() if answer.has_header(
        "Location"
    ) else answer.content.decode()


def page(client, takeover, **headers):
    return client.get(f"{BASE}{takeover.pk}/", headers=headers)


def test_open_upload_confirm_and_undo_on_the_pages(world, county, client_of):
    typed = {"school": "清泉小学", "as_on": "2026-09-02", "basis": "建库通知"}
    answer, shown = posted(county, "new/", **typed | {"as_on": "2027-01-01", "school": "无名小学"})
    assert answer.status_code == 422
    assert "建库基准日还没有到" in shown
    assert "本县没有这所学校" in shown
    assert "建库通知" in shown
    _, shown = posted(county, "new/", **typed)
    takeover = Takeover.objects.get()
    assert "待上传" in shown
    answer, shown = posted(county, "new/", **typed)
    assert (answer.status_code, "已经开通建库" in shown) == (409, True)
    answer, shown = posted(county, f"{takeover.pk}/upload/")
    assert (answer.status_code, "还没有选文件" in shown) == (422, True)

    file = SimpleUploadedFile("在校学生.xlsx", takeovers.workbook([line(2), line(3)]))
    _, shown = posted(county, f"{takeover.pk}/upload/", file=file)
    assert 'hx-trigger="every 2s"' in shown
    assert "<html" not in page(county, takeover, **{"hx-request": "true"}).content.decode()
    workbooks.run(takeovers.again(takeover).job)
    assert page(county, takeover, **{"hx-request": "true"}).status_code == 204
    shown = page(county, takeover).content.decode()
    assert "要由教育局的另一人确认" in shown
    assert "确认建库" not in shown

    head = client_of("county-head")
    assert "确认建库 2 名" in page(head, takeover).content.decode()
    _, shown = posted(head, f"{takeover.pk}/confirm/")
    assert "建库中" in shown
    workbooks.run(takeovers.again(takeover).job)
    shown = page(county, takeover).content.decode()
    assert "已建库" in shown
    assert "历史空号" not in shown
    assert Access.objects.filter(page="enrollment_takeover", kind="list").exists()
    series = head.get(f"/numbering/{takeover.school_id}/primary/2024/").content.decode()
    assert "历史空号" in series
    found = county.get("/numbering/?number=02262401700001").content.decode()
    assert "不知道是谁" in found

    answer, _ = posted(county, f"{takeover.pk}/undo/", reason="")
    assert (answer.status_code, refused_reason(answer)) == (422, ("", REASON_NEEDED))
    _, shown = posted(county, f"{takeover.pk}/undo/", reason="表拿错了")
    assert "撤销中" in shown
    workbooks.run(takeovers.again(takeover).job)
    assert "已撤销" in page(county, takeover).content.decode()


def test_faults_are_shown_masked_and_the_marked_workbook_is_handed_out(world, county):
    row = line(2, status="毕业")
    row["id_number"] = number = row["id_number"][:17] + "*"
    takeover = takeovers.checked(world, [row])

    shown = page(county, takeover).content.decode()

    assert "1 行里有 1 行要改，一名也没有写入" in shown
    assert "不在建库的范围" in shown
    assert number not in shown
    answer = county.get(f"{BASE}{takeover.pk}/workbook/")
    assert workbooks.opened(answer.content).sheetnames == ["新生", "导入结果"]
    _, shown = posted(county, f"{takeover.pk}/close/")
    assert "的建库已作废" in shown
    assert county.get(f"{BASE}{takeover.pk}/workbook/").status_code == 404


def test_the_template_is_read_again_and_its_example_is_passed_over(world, county):
    takeover = takeovers.opened(world)
    book = workbooks.opened(county.get(f"{BASE}{takeover.pk}/template.xlsx").content)
    table = book["在校学生"]
    labels = [cell.value for cell in table[3]]
    keys = {column.label: column.key for column in typed()}
    assert {"年级", "班级", "学籍号", "曾用学籍号", "全国学籍号", "学籍状态"} < set(labels)
    row = line(2)
    for at, label in enumerate(labels, start=1):
        table.cell(5, at).value = row.get(keys.get(label, ""))
    file = SimpleUploadedFile("在校学生.xlsx", workbooks.saved(book))
    posted(county, f"{takeover.pk}/upload/", file=file)
    workbooks.run(takeovers.again(takeover).job)

    takeover = takeovers.again(takeover)
    assert (takeover.state, takeover.rows) == (TakeoverState.READY, 1), takeover.summary


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_for_three(world, county, count):
    schools = ("清泉小学", "邻泉小学", "上庄小学")
    county.get(BASE)
    for name in schools[:count]:
        takeovers.opened(world, name, as_on=AS_ON)
    assert School.objects.count() > 3
    with CaptureQueriesContext(connection) as queries:
        shown = county.get(BASE).content.decode()
    assert [name in shown for name in schools] == [True, *[count > 1] * 2]
    assert len(queries) == LIST


LIST = 6
