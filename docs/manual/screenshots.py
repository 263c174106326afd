"""Takes the manual's pictures from a fresh demo, by doing what the chapters tell.

    python3 dev.py demo --reset                                  # in one window
    .venv/bin/python docs/manual/screenshots.py [http://127.0.0.1:8000 [CHAPTER …]]

It enters a child, signs, assigns, numbers and undoes: run it on a demo that may change.
"""

import sys
from collections.abc import Callable

from clerk import CHROMIUM, FLAGS, PICTURES, SCHOOL, SITE, Clerk, id_number, take, whole_number
from keeping import accounts, audit
from moving import borrowing, transfers
from playwright.sync_api import Browser, Page, sync_playwright


def entrance(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page.goto(f"{SITE}/login/")
    take(page, "login", height=520)
    Clerk(browser, "clerk").picture("desk")
    officer = Clerk(browser, "centre")
    officer.page.click("details.post summary")
    officer.picture("post", height=420)


def type_child(page: Page, *, name: str, number: str, village: str) -> None:
    """What a clerk types about an ordinary child; the rest is filled already."""
    page.fill("#id_id_number", number)
    page.fill("#id_name", name)
    page.locator("#id_hukou_text").press_sequentially(village, delay=30)
    page.locator("ul.choose-list:not([hidden]) li").first.click()
    page.click("button[data-copy=hukou][value=address]")
    page.locator("#id_address_text").press_sequentially("6组12号")
    page.click("button[data-copy=hukou][value=guardian_hukou]")
    page.click("button[data-copy=hukou][value=birth_place]")
    page.fill("#id_postcode", "064400")
    page.fill("#id_distance", "0.8")
    for field, code in (("travel", "1"), ("only_child", "0"), ("preschool", "1")):
        page.select_option(f"#id_{field}", code)
    page.fill("#id_m1_name", f"{name[0]}建民")
    page.fill("#id_m1_phone", "13931500000")
    page.wait_for_timeout(1500)
    for paper in page.locator("#papers li:not(:has(.help)) input").all():  # not the waiver
        paper.check()
    page.wait_for_timeout(1500)


def entry(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/new/")
    type_child(clerk.page, name="周雨桐", number=id_number("20200317", 126), village="军屯村")
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("entry")
    clerk.press("提交")
    clerk.go("/enrollment/?show=open")
    clerk.picture("list", height=560)
    clerk.go("/enrollment/new/")
    type_child(clerk.page, name="吴子墨", number=id_number("20201102", 331), village="军屯村")
    clerk.page.locator("#exceptions").scroll_into_view_if_needed()
    clerk.page.fill("#exceptions input", "父母外出务工，由祖父母照看，请求与姐姐同校入学。")
    clerk.page.press("#exceptions input", "Tab")
    clerk.page.wait_for_timeout(1500)
    clerk.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    clerk.picture("exception")


def double(browser: Browser) -> None:
    """The number of a child of another school, which only that school knows."""
    known = Clerk(browser, "clerk2")
    known.go("/students/?grade=1")
    known.open()
    number = whole_number(known)
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/new/")
    type_child(clerk.page, name="高语晨", number=number, village="军屯村")
    clerk.page.locator("#doubles").scroll_into_view_if_needed()
    clerk.picture("double")


def deferrals(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/deferrals/new/")
    clerk.page.fill("#id_id_number", id_number("20200511", 218))
    clerk.page.fill("#id_name", "郑书瑶")
    clerk.page.select_option("#id_late_reason", "health")
    clerk.page.fill("#id_late_details", "术后休养，医院建议休息一年。")
    clerk.page.locator("#id_late_details").press("Tab")
    clerk.page.wait_for_timeout(1500)
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("deferral")
    clerk.go("/enrollment/deferrals/?show=all")
    clerk.picture("deferrals", height=480)


def admission(browser: Browser) -> None:
    """A pupil of the special school, whom an ordinary one takes."""
    county = Clerk(browser, "county")
    county.go("/students/?school=特殊教育学校&status=enrolled")
    row = county.page.locator("main tbody tr").last.locator("th a")
    name = row.inner_text()
    row.click()
    county.page.wait_for_load_state()
    number = whole_number(county)
    clerk = Clerk(browser, "clerk2")
    clerk.go("/enrollment/admissions/new/")
    clerk.page.fill("#id_id_number", number)
    clerk.page.fill("#id_name", name)
    with clerk.page.expect_navigation():
        clerk.page.locator("main p button:has-text('查找')").click()
    clerk.picture("admission")


def home_taught(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/students/?grade=5")
    clerk.open()
    pk = clerk.page.url.rstrip("/").rsplit("/", 1)[-1]
    clerk.go(f"/enrollment/attendance/{pk}/")
    clerk.page.locator("input[name=papers]").first.check()
    clerk.page.fill("#id_reason", "教育安置意见为送教上门")
    clerk.picture("attendance", height=560)


def national_check(browser: Browser) -> None:
    province = Clerk(browser, "province")
    province.go("/enrollment/national-check/")
    province.picture("national-check", height=640)


def foreign_numbers(browser: Browser) -> None:
    """A list of two as a file, one of them with a number that is none."""
    county = Clerk(browser, "county")
    numbers = []
    for place in (0, 1):
        county.go("/students/?grade=4")
        with county.page.expect_navigation():
            county.page.locator("main tbody th a").nth(place).click()
        numbers.append(whole_number(county))
    lines = [
        "学号,身份证号,起用日期,停用日期",
        f"02270123450167,{numbers[0]},2023-09-01,2026-08-31",
        f"2270,{numbers[1]},2023-09-01,",
    ]
    county.go("/students/numbers/")
    county.page.fill("#id_issuer", "滦南县教育局")
    county.page.fill("#id_paper", "转学证明")
    sent = {"name": "外来学号.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    county.page.set_input_files("input[type=file]", sent)
    county.press("只核对")
    county.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    county.picture("foreign-numbers")


def signing(browser: Browser) -> None:
    principal = Clerk(browser, "principal")
    principal.go("/cases/")
    for box in principal.page.locator("tbody .pick input").all()[:2]:
        box.check()
    principal.picture("inbox", height=640)
    county = Clerk(browser, "county")
    county.go("/cases/")
    county.open()
    county.picture("case")


def classes(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/classes/")
    clerk.page.locator("tbody .pick input").first.check()
    clerk.page.locator("input[name=school_class]").first.check()
    clerk.picture("classes", height=560)
    clerk.press("编班")
    clerk.go("/enrollment/classes/")
    clerk.press("增设")
    clerk.go("/enrollment/classes/draw/")
    clerk.press("预览")
    clerk.picture("draw")
    clerk.press("确认分班")
    clerk.picture("drawn")


def numbers(browser: Browser) -> None:
    officer = Clerk(browser, "centre")
    officer.go("/numbering/")
    officer.picture("numbers", height=420)
    officer.open(SCHOOL)
    officer.picture("series")
    for tick in officer.page.locator("input[name=despite], input[name=checked]").all():
        tick.check()
    officer.press("发 ")


def undo(browser: Browser) -> None:
    """The case of somebody just numbered; its serial is void afterwards."""
    officer = Clerk(browser, "centre")
    officer.go("/numbering/")
    officer.open(SCHOOL)
    series = officer.page.url
    take_back(officer, "undo")
    officer.page.goto(series)
    officer.page.locator("section.notice").last.scroll_into_view_if_needed()
    officer.picture("void")


def take_back(officer: Clerk, picture: str = "", *, from_end: int = 1) -> None:
    """From the page of a series undo the entry of one of the last pupils."""
    pupils = officer.page.locator("ol.serials li:not(.gone):not(.void) a")
    pupils.nth(pupils.count() - from_end).click()
    officer.page.wait_for_load_state()
    officer.page.goto(f"{officer.page.url.split('?')[0]}?tab=cases")
    with officer.page.expect_navigation():
        officer.page.click("section[aria-labelledby=student-cases] a")
    officer.page.click("summary:has-text('撤销入学')")
    officer.page.fill("#reason-撤销", "未报到，已随父母到外省入学")
    officer.page.locator("#reason-撤销").scroll_into_view_if_needed()
    if picture:
        officer.picture(picture)
    officer.press("撤销")


def renumber(browser: Browser) -> None:
    """Everybody has a number, then one of them goes: the last of the list takes the hole."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/classes/")
    if clerk.page.locator("thead .pick input").count():
        clerk.page.locator("thead .pick input").check()
        clerk.page.locator("input[name=school_class]").first.check()
        clerk.press("编班")
    officer = Clerk(browser, "centre")
    officer.go("/numbering/")
    officer.open(SCHOOL)
    series = officer.page.url
    if officer.page.locator("main button:has-text('发 ')").count():
        officer.page.check("input[name=checked]")
        officer.press("发 ")
    take_back(officer, from_end=2)
    officer.page.goto(series)
    with officer.page.expect_navigation():
        officer.page.click("a:has-text('由末号补空号')")
    officer.picture("renumber", height=560)


def freeze(browser: Browser) -> None:
    county = Clerk(browser, "county")
    county.go("/numbering/?freeze=open")
    county.open("中学")
    county.page.locator("#freeze-title").scroll_into_view_if_needed()
    county.picture("freeze")


def holders(browser: Browser) -> None:
    officer = Clerk(browser, "centre")
    officer.go("/numbering/?number=02262600100030")
    officer.picture("holders", height=420)


def search(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/students/?q=zh")
    clerk.picture("search", height=560)
    clerk.go("/students/?grade=3")
    clerk.open()
    clerk.picture("student")


def edit(browser: Browser) -> None:
    """Two clerks' windows on one pupil: the second is shown both versions."""
    first, second = Clerk(browser, "clerk"), Clerk(browser, "clerk")
    for clerk in (first, second):
        clerk.go("/students/?grade=4")
        clerk.open()
        clerk.page.click("a:has-text('修改信息')")
        clerk.page.click("fieldset.group:nth-of-type(4) summary")
    first.page.fill("#id_phone", "13931512345")
    first.page.fill("#id_reason", "家长来电换了手机号")
    first.page.locator("h1").scroll_into_view_if_needed()
    first.picture("edit")
    first.press("保存修改")
    second.page.fill("#id_postcode", "064401")
    second.page.fill("#id_reason", "家长交来新地址")
    second.press("保存修改")
    second.picture("edit-both", height=560)


def papers(browser: Browser) -> None:
    clerk = Clerk(browser, "clerk")
    clerk.go("/students/?grade=1&status=enrolled")
    clerk.open()
    pupil = clerk.page.url.removeprefix(SITE)
    clerk.go(f"{pupil}sheet/")
    clerk.picture("printed-sheet")
    clerk.go(f"{pupil}card/")
    clerk.picture("printed-card")
    clerk.go("/enrollment/")
    with clerk.page.expect_navigation():
        clerk.page.click("a:has-text('打印花名册')")
    clerk.page.select_option("#id_purpose", "报教育局")
    clerk.picture("roll-ask", height=480)
    clerk.press("排出打印页")
    clerk.picture("printed-roll")


def file(browser: Browser) -> None:
    """A pupil whose file is late, as the clerk finds it."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/dossiers/")
    clerk.open()
    clerk.picture("file", height=768)
    county = Clerk(browser, "county")
    county.go("/dossiers/")
    county.picture("dossiers", height=560)


def conduct(browser: Browser) -> None:
    """A reward and a sanction of one pupil, recorded by the clerk."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/students/")
    clerk.open()
    clerk.go(f"{clerk.page.url.removeprefix(SITE).split('?')[0]}?tab=conduct")
    for what, level, text, unit, day in (
        ("reward:三好学生", "县级", "2025—2026 学年度", "迁安市教育局", "2026-06-12"),
        ("sanction:警告", "校级", "", "建昌营镇中心小学", "2026-09-04"),
    ):
        clerk.page.select_option("#id_what", what)
        clerk.page.select_option("#id_level", level)
        clerk.page.fill("#id_text", text)
        clerk.page.fill("#id_unit", unit)
        clerk.page.fill("#id_given_on", day)
        png = clerk.page.screenshot()  # any picture will do for a decision
        scan = {"name": "决定.png", "mimeType": "image/png", "buffer": png}
        clerk.page.set_input_files("form:has(#id_what) input[type=file]", scan)
        clerk.press("登记")
    clerk.picture("conduct")


def rosters(browser: Browser) -> None:
    """A class's list taken out; then more whole numbers than the clerk may take alone."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/reports/rosters/new/?grade=3")
    clerk.page.select_option("#id_purpose", "学校存档")
    clerk.picture("roster-new")
    clerk.press("导出")
    clerk.picture("roster", height=480)
    centre = Clerk(browser, "centre")
    centre.go("/reports/rosters/new/")
    centre.page.select_option("#id_purpose", "报教育局")
    centre.page.check("#id_whole")
    centre.press("导出")
    address = centre.page.url.removeprefix(SITE)
    county = Clerk(browser, "county")
    county.go(address)
    county.picture("roster-decide", height=560)


def organisations(browser: Browser) -> None:
    """The county's tree, what an order would meet before it is entered, and one carried out."""
    county = Clerk(browser, "county")
    county.go("/organisations/")
    county.picture("organisations", height=560)
    county.go("/organisations/?q=qqxx")
    county.open()
    county.picture("organisation")
    county.go("/organisations/?q=竹帆小学")  # nothing of this school stands against an order
    county.open()
    with county.page.expect_navigation():
        county.page.locator("main a:has-text('建制调整')").first.click()
    county.page.fill("#id_into", "杨各庄镇中心校")
    county.page.fill("#id_number", "迁教〔2026〕18 号")
    county.page.fill("#id_decided_on", "2026-11-20")
    county.press("先看一看")
    county.picture("order")
    county.go("/organisations/orders/?state=done")
    county.open()
    county.picture("order-done", height=640)


def workbooks(browser: Browser) -> None:
    """The demo's intakes: one with faults at its clerk, one that waits for the principal."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/enrollment/import/")
    clerk.picture("import", height=480)
    clerk.open()
    clerk.picture("import-faults")
    principal = Clerk(browser, "principal2")
    principal.go("/enrollment/import/")
    principal.open()
    principal.picture("import-sign", height=560)


def takeovers(browser: Browser) -> None:
    county = Clerk(browser, "county")
    county.go("/enrollment/takeover/")
    county.picture("takeovers", height=600)
    county.open()
    county.picture("takeover", height=640)


CHAPTERS: list[Callable[[Browser], None]] = [
    entrance,
    entry,
    double,
    signing,
    classes,
    numbers,
    undo,
    renumber,
    freeze,
    holders,
    search,
    edit,
    papers,
    file,
    conduct,
    rosters,
    workbooks,
    takeovers,
    organisations,
    deferrals,
    admission,
    home_taught,
    national_check,
    foreign_numbers,
    transfers,
    borrowing,
    accounts,
    audit,
]

if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        chosen = sys.argv[2:] or [chapter.__name__ for chapter in CHAPTERS]
        for chapter in CHAPTERS:
            if chapter.__name__ in chosen:
                chapter(chromium)
        chromium.close()
