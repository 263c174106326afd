"""A whole intake in a browser, from the empty workbook to the numbers, with faults on the way.

300 rows, 20 of them wrong: it runs for minutes and only with ``dev.py test --long``.
"""

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Page

from enrollment.models import ImportBatch
from tests.browser.conftest import DESKTOP, PHONE, log_in
from tests.browser.test_accessible import violations
from tests.enrollment import workbooks
from tests.jobs.processes import LONG
from tests.numbering.browsing import page_of
from xueji.jobs import services as jobs
from xueji.students.models import Status, Student

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not LONG, reason="dev.py test --long"),
]

ROWS, FIRST_LINE = 300, 5
WRONG = {  # what is planted in two rows each, ten rows apart, the second time twice over
    "nation": "火星族",
    "postcode": "6440",
    "m1_phone": "1393152",
    "hukou_kind": "城里",
    "m1_relation": "邻居",
    "boarding": "走路",
    "entry_mode": "凭票",
    "distance": "很远",
    "school_class": "99班",
    "paper_property_proof": "也许",
}
MISTAKES = [
    (10 * n + 3, key, text * (1 + n // len(WRONG)))
    for n, (key, text) in enumerate([*WRONG.items()] * 2)
]
CLASSES = 8  # of 45 at most


def test_three_hundred_rows_from_the_template_to_their_numbers(site, window, tmp_path):
    faults = []

    def look(page: Page) -> None:
        faults.extend(violations(page))
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def press(page: Page, words: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=words).first.click()
        look(page)

    def fetched(page: Page, words: str) -> str:
        with page.expect_download() as file:
            page.get_by_role("link", name=words).click()
        path = tmp_path / file.value.suggested_filename
        file.value.save_as(path)
        return str(path)

    def sent(page: Page, path: str) -> None:
        page.goto(site.url + reverse("enrollment_import"))
        page.get_by_label("Excel 文件").set_input_files(path)
        press(page, "上传并核对")
        worked(page)

    def worked(page: Page) -> None:
        """The worker does what waits; the page comes to show it."""
        batch = ImportBatch.objects.order_by("-pk")[0]
        jobs.run_job(batch.job_id)
        page.goto(site.url + reverse("enrollment_batch", args=[batch.pk]))
        look(page)

    clerk = window(DESKTOP)
    log_in(clerk, site.url, "clerk")
    clerk.goto(site.url + reverse("enrollment_import"))
    look(clerk)
    path = fetched(clerk, "下载本校模板")
    fill(path, site)
    sent(clerk, path)
    assert clerk.get_by_text(f"{ROWS} 行里有 {len(MISTAKES)} 行要改，一名也没有导入").is_visible()
    path = fetched(clerk, "下载标注的文件")
    assert corrected(path, site) == [(FIRST_LINE + n, key) for n, key, _ in MISTAKES]
    sent(clerk, path)
    assert clerk.get_by_text("核对无误，还没有导入").is_visible()
    press(clerk, f"确认导入 {ROWS} 名")
    worked(clerk)

    for person, viewport in (("principal", PHONE), ("centre", DESKTOP), ("county", DESKTOP)):
        signer = window(viewport)
        log_in(signer, site.url, person)
        with signer.expect_navigation():
            signer.get_by_role("link", name="整批新生").first.click()
        look(signer)
        with signer.expect_navigation():
            signer.locator("main tbody th a").first.click()
        look(signer)
        press(signer, f"同意 {ROWS} 名")
        assert signer.get_by_text(f"已签署 {ROWS} 件").first.is_visible()

    clerk.goto(site.url + reverse("enrollment_classes"))
    look(clerk)
    while clerk.locator("input[name=school_class]").count() < CLASSES:
        press(clerk, "增设")
        clerk.goto(site.url + reverse("enrollment_classes"))
    clerk.goto(site.url + reverse("enrollment_draw_new"))
    press(clerk, "预览")
    press(clerk, "确认分班")

    centre = window(DESKTOP)
    log_in(centre, site.url, "centre")
    centre.goto(site.url + page_of(site))
    look(centre)
    for tick in centre.get_by_role("checkbox").all():
        tick.check()
    press(centre, f"发 {ROWS} 个号")

    numbered = Student.objects.filter(status=Status.ENROLLED, school_class__isnull=False)
    serials = sorted(int(number[-4:]) for number in numbered.values_list("number", flat=True))
    assert serials == list(range(1, ROWS + 1))
    assert faults == []


def fill(path: str, site) -> None:
    """What a clerk does in Excel, with mistakes."""
    lines = workbooks.many(ROWS)
    for n, key, text in MISTAKES:
        lines[n][key] = text
    book = load_workbook(path)
    places = _places(book, site)
    for number, line in enumerate(lines, start=FIRST_LINE):
        for key, place in places.items():
            book["新生"].cell(number, place, line.get(key) or None)
    book.save(path)


def corrected(path: str, site) -> list[tuple[int, str]]:
    """Put right what has a comment, where a row was typed; the cells in order of the planting."""
    right, book = workbooks.many(ROWS), load_workbook(path)
    keys = {place: key for key, place in _places(book, site).items()}
    marked = [
        (cell.row, keys[cell.column])
        for row in book["新生"].iter_rows(min_row=FIRST_LINE)
        for cell in row
        if cell.comment
    ]
    for line, key in marked:
        cell = book["新生"].cell(line, {key: place for place, key in keys.items()}[key])
        cell.value, cell.comment = right[line - FIRST_LINE].get(key) or None, None
    book.save(path)
    return sorted(marked)


def _places(book, site) -> dict[str, int]:
    """Key → column of the template."""
    labels = {label: key for key, label in workbooks.columns(site)}
    return {
        labels[cell.value]: cell.column
        for cell in book["新生"][FIRST_LINE - 2]
        if cell.value in labels
    }
