"""The pages of an intake by workbook: upload, what was found, confirming, signing, undoing."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from enrollment.models import BatchState, ImportBatch
from tests.browsing import REASON_NEEDED, key, refused_reason
from tests.enrollment import workbooks
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.excel import reading

IMPORT = "/enrollment/import/"


def sent(client, data, name="新生.xlsx", **more):
    file = SimpleUploadedFile(name, data)
    return client.post(f"{IMPORT}new/", {"file": file, "form_key": str(uuid4()), **more})


def page(client, batch, status=200, **headers):
    answer = client.get(f"{IMPORT}{batch.pk}/", headers=headers)
    assert answer.status_code == status
    return answer.content.decode()


def posted(client, batch, act, **more):
    where = f"{IMPORT}{batch.pk}/"
    answer = client.post(f"{where}{act}/", {"form_key": str(uuid4()), **more})
    assert answer.status_code == 302
    return client.get(answer["Location"]).content.decode()


def token(client, batch):
    return re.search(r'name="token" value="(\w+)"', page(client, batch))[1]


def test_the_template_is_read_again_by_the_import_and_its_example_is_passed_over(world, clerk):
    answer = clerk.get("/enrollment/template.xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert reading.read(answer.content, ["姓名", "性别"])[0].is_plain
    book = workbooks.opened(answer.content)
    table = book["新生"]
    labels = [cell.value for cell in table[3]]
    assert labels[:4] == ["序号", "姓名", "性别", "出生日期"]
    assert (table.cell(2, 2).value, table.cell(2, 3).value) == ("必填", "选填")
    assert {"户口簿已核验", "房产证明已核验", "核验人", "例外理由"} < set(labels)
    place = labels.index("身份证件号") + 1
    letter = table.cell(3, place).column_letter
    assert table.column_dimensions[letter].number_format == "@"
    choices = {str(rule.sqref): rule.formula1 for rule in table.data_validations.dataValidation}
    assert len(choices) > 20
    assert "一（1）班" in [cell.value for row in book["选项"].iter_rows() for cell in row]

    row = workbooks.rows(1)[0]
    keys = {label: key for key, label in workbooks.columns(world)}
    for at, label in enumerate(labels, start=1):
        table.cell(5, at).value = row.get(keys.get(label, ""))
    batch = workbooks.checked(world, workbooks.saved(book))

    assert (batch.state, batch.rows) == (BatchState.READY, 1), batch.summary


def test_a_template_of_another_school_is_refused(world, client_of, noon):
    other = client_of("clerk2").get("/enrollment/template.xlsx").content
    batch = workbooks.checked(world, other)

    assert batch.state == BatchState.REFUSED
    assert batch.summary["refused"].startswith("这份表是从另一所学校的模板填的")


def test_upload_check_confirm_sign_and_take_back_on_the_pages(world, clerk, client_of):
    data = workbooks.sheet(workbooks.columns(world), workbooks.rows(2))
    answer = sent(clerk, data)
    batch = ImportBatch.objects.get()
    assert answer["Location"] == f"{IMPORT}{batch.pk}/"
    assert 'hx-trigger="every 2s"' in page(clerk, batch)
    assert "<html" not in page(clerk, batch, **{"hx-request": "true"})

    workbooks.run(batch.job)
    assert page(clerk, batch, 204, **{"hx-request": "true"}) == ""
    assert "确认导入 2 名" in page(clerk, batch)

    shown = posted(clerk, batch, "confirm")
    assert "导入中" in shown
    shown = posted(clerk, batch, "confirm")
    assert ("没有确认" in shown, "这次导入已经确认过，不用再确认。" in shown) == (True, True)
    workbooks.run(workbooks.again(batch).job)
    assert "轮到清泉小学 校长" in page(clerk, batch)

    principal = client_of("principal")
    stale = token(principal, batch)
    assert "同意 2 名" in page(principal, batch)
    told = posted(principal, batch, "decide", token="0" * 32, decision="agreed")
    assert "名单和您看到的不一样了" in told
    told = posted(principal, batch, "decide", token=stale, decision="agreed")
    assert "已签署 2 件" in told

    answer = clerk.post(f"{IMPORT}{batch.pk}/withdraw/", key(reason=""))
    assert (answer.status_code, refused_reason(answer)) == (422, ("", REASON_NEEDED))
    told = posted(clerk, batch, "withdraw", reason="名单拿错了")
    assert "撤销中" in told
    workbooks.run(workbooks.again(batch).job)
    assert "已整批撤销" in page(clerk, batch)
    assert set(Case.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_faults_are_shown_masked_and_the_marked_workbook_is_handed_out(world, clerk):
    lines = workbooks.rows(2)
    lines[0]["id_number"] = number = lines[0]["id_number"][:17] + "*"
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    shown = page(clerk, batch)
    assert "2 行里有 1 行要改，一名也没有导入" in shown
    assert number not in shown
    answer = clerk.get(f"{IMPORT}{batch.pk}/workbook/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert workbooks.opened(answer.content).sheetnames == ["新生", "导入结果"]
    assert Access.objects.filter(kind="export", page="enrollment_import").count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "文件是空的"),
        (b"<html>", "这是网页改成的表格"),
        ("姓名,性别\n".encode(), "这是文本文件"),
    ],
)
def test_what_is_no_workbook_is_refused_at_once(world, clerk, data, why):
    answer = sent(clerk, data)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_hostile_workbook_is_refused_by_its_job_and_the_page_says_why(world, clerk):
    batch = workbooks.checked(world, b"PK\x03\x04 and nothing more")

    assert "文件不完整或已损坏" in page(clerk, batch)


def test_the_same_form_sent_twice_is_one_upload(world, clerk):
    data, key = workbooks.sheet(workbooks.columns(world), workbooks.rows(1)), str(uuid4())
    first, second = (sent(clerk, data, form_key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ImportBatch.objects.count() == 1


def test_what_is_not_confirmed_is_its_clerks_alone_and_nothing_is_a_neighbours(
    world, clerk, client_of
):
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), workbooks.rows(1)))
    for person in ("principal", "centre", "county", "clerk1b", "clerk9"):
        page(client_of(person), batch, 404)
    workbooks.stored(world, batch)
    for person in ("principal", "centre", "county"):
        page(client_of(person), batch)
    for person in ("clerk1b", "principal1b", "centre2", "clerk9"):
        page(client_of(person), batch, 404)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_stored_batch_takes_the_same_queries(
    world, client_of, noon, count, django_assert_num_queries
):
    batch = workbooks.imported(world, workbooks.rows(count))
    principal = client_of("principal")
    page(principal, batch)
    with django_assert_num_queries(13):
        page(principal, batch)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_intakes_takes_the_same_queries(world, clerk, count, django_assert_num_queries):
    data = workbooks.sheet(workbooks.columns(world), workbooks.rows(1))
    for _ in range(count):
        sent(clerk, data)
    clerk.get(IMPORT)
    with django_assert_num_queries(6):
        clerk.get(IMPORT)
