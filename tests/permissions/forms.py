"""What is posted to each page: what a browser would send, complete and right.

Where the answer is a refusal, it is for who asks and for what, never for how.
"""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from enrollment.queries import imports
from enrollment.services import draw as drawing
from tests import pupils
from tests.browsing import key
from tests.documents import archives, portraits, scans
from tests.excel import corpus
from tests.permissions.site import MISSING, SPECIAL, Site, Unit, question
from tests.permissions.table import PLAYED_BY, Ask
from tests.world import PASSWORD
from xueji.establishment.services.common import last_act
from xueji.organisations.queries import lineage

YEAR = 2026


def _switch(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    post = site.world.posts.get(PLAYED_BY[ask.role])
    return {"post": str(post.pk if post else MISSING)}


def reveal(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"field": "id_number", "reason": "核对户口簿原件"}


def edit(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """One item of the sheet; what is not sent stays as it is."""
    seen = str(unit.unplaced.version)
    return {"specialty": "剪纸", "reason": "家长来电", "version": seen, **key()}


def printed(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """The numbers whole wherever the paper has any."""
    return {"purpose": "学校存档", "whole": "on"}


def decide(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"decision": "agreed", "note": "", "version": str(unit.open.version), **key()}


def decide_many(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    chosen = [f"{unit.open.pk}:{unit.open.version}"]
    return {"case": chosen, "decision": "agreed", "note": "", **key()}


def takeover(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A school of which one is under way already."""
    return {"school": unit.name, "as_on": "2026-09-02", "basis": "建库通知", **key()}


def photographs(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    packed = archives.packed({f"{pupils.id_number()}.jpg": portraits.jpeg(200, 260)})
    return {"file": SimpleUploadedFile("照片.zip", packed), **key()}


def reason(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"reason": "录错学校", **key()}


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.jpg", scans.jpeg(), content_type="image/jpeg")


def upload(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"paper": str(unit.bare_paper.pk), "file": scan(), **key()}


def photograph(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    sent = SimpleUploadedFile("a.jpg", portraits.jpeg(200, 260), content_type="image/jpeg")
    return {"file": sent, **key()}


def former(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """An old number of fifteen digits, as a household book has it."""
    typed = {"id_type": "1", "id_number": "130283200101991", "used_until": "2013-01-01"}
    return {**typed, "reason": "户口簿", **key()}


def of_another_county(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"number": "02272409990001", "starts": "2024-09-01", "ends": "2025-07-01"}
    return {**typed, "issuer": "滦南县教育局", "paper": "转学证明", **key()}


def many_of_another_county(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    text = f"02272409990002\t{unit.unplaced.id_number}\t2024-09-01\t2025-07-01"
    return {"issuer": "滦南县教育局", "paper": "转学证明", "text": text, **key()}


def filed(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"kind": "household_book", "file": scan(), **key()}


def conduct(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"what": "reward:三好学生", "level": "县级", "unit": "教育局"}
    return {**typed, "given_on": "2026-09-01", "file": scan(), **key()}


def revocation(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    prefix = f"r{unit.sanction.pk}"
    return {f"{prefix}-on": "2026-09-02", f"{prefix}-file": scan(), **key()}


def issue(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    ticks = {"checked": "on", "despite": "on"}
    return {"token": unit.token, "kind": "register", **ticks, **key()}


def reopen(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"reason": "改正空号", "kind": "register", **key()}


def entry(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil who was never seen, submitted."""
    row = pupils.row(name="欧阳新来", m1_name="欧阳爸", phone="13700000001", m1_phone="13700000002")
    return {**row, "entered_on": "2026-09-01", "save": "open", "version": "1", **key()}


def deferral(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A child who was never seen, to come a year later."""
    asked = {"late_reason": "health", "late_details": "休养", "until": "2027-08-31"}
    return {**entry(site, ask, unit), **asked, "paper_hospital_proof": "on"}


def national_list(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"purpose": "提交全国学籍查重", "month": "2026-09", "form": "xlsx"}


def national_results(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"case": [f"{unit.open.pk}:{unit.open.version}"], "result": "passed", **key()}


def assign(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"students": [unit.unplaced.pk], "school_class": unit.school_class.pk, **key()}


def admit(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil of the special school, taken into an ordinary class of 清泉小学."""
    student = site.units[SPECIAL].unplaced
    typed = {"id_number": student.id_number, "name": student.name, "starts": "2026-09-02"}
    where = {"ground": "inclusion", "school_class": site.units["清泉小学"].school_class.pk}
    return {**typed, **where, "papers": ["placement_opinion"], "save": "send", **key()}


def transfer(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil of 清泉小学 who goes to another township."""
    pupil = site.units["清泉小学"].numbered
    typed = {"student": str(pupil.pk), "to_where": "inside", "to_school": "上庄小学"}
    seen = ["household_book", "property_proof"]
    return {**typed, "reason": "move", "papers": seen, "save": "send", **key()}


def returning(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil whose status no transfer has kept."""
    return {"reason_text": "随父母回国", **key()}


def lending(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil of 清泉小学 who is to borrow studies outside the register."""
    pupil = site.units["清泉小学"].numbered
    where = {"outside_school": "海港区第一小学", "outside_office": "海港区教育局"}
    return {"student": str(pupil.pk), **where, "reason": "migrant", **key()}


def take(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A pupil who comes to 清泉小学 from outside the register."""
    row = pupils.row(name="欧阳外来", m1_name="欧阳爸", phone="13700000003", m1_phone="13700000004")
    where = {"outside_school": "海港区第一小学", "outside_office": "海港区教育局", "grade": "1"}
    seen = ["household_book", "property_proof"]
    return {**row, **where, "reason": "move", "papers": seen, "save": "send", **key()}


def attendance(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"attendance": "home_taught", "papers": ["placement_opinion"], "reason": "安置意见"}
    return {**typed, "version": str(unit.unplaced.version), **key()}


def new_class(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"number": "7", "capacity": "45", **key()}


def move(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    other = unit.school_class.school.classes.get(number=2)
    return {"students": [unit.waiting.pk], "into": other.pk, "reason": "家长申请", **key()}


def excess(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"heads": "50", "reason": "只有这一所学校", **key()}


def draw(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """The confirmation of what the clerk of 清泉小学 would preview now."""
    own, acting = site.world.schools["清泉小学"], site.world.acting("clerk")
    asked = question(own)
    planned = drawing.plan(school=lineage(own.pk), asked=asked, acting=acting)
    typed = {"classes": list(asked.classes), "keys": list(asked.keys), "seed": asked.seed}
    return {"year": str(YEAR), **typed, "token": planned.token, **key()}


def roster(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"column": ["name", "id_number"], "title": "名册", "sort": "name", "format": "csv"}
    return {**typed, "purpose": "学校存档", "act": "export", **key()}


def agreed(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"decision": "agreed", "note": "", **key()}


def own_password(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    new = "Shanshui-tianyuan-7"
    return {"old": PASSWORD, "new": new, "again": new, **key()}


def own_code(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """Six digits that no telephone shows."""
    return {"code": "abcdef", **key()}


def new_account(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"username": "xin.ren", "name": "新人", "place": "清泉小学", "role": ""}
    return {**typed, "starts": "2026-09-02", **key()}


def state_of_account(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"what": "disable", "reason": "调离", **key()}


def security_of_account(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"what": "sessions", "reason": "本人报失", **key()}


def new_post(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"role": "teacher", "place": "邻泉小学", "starts": "2026-09-02", "ends": "2027-07-01"}
    return {**typed, **key()}


def last_day(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"on": "2026-09-02", "to": "", **key()}


def found_pupil(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"q": "没有这个人"}


def intake(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {"file": SimpleUploadedFile("新生.xlsx", corpus.book()), **key()}


def decide_batch(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    token = imports.token({unit.open.pk: unit.open.version})
    return {"decision": "agreed", "note": "", "token": token, **key()}


def new_school(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"name": "新设小学", "code": "888", "identifier": "8888888888", "primary": "6"}
    return {**typed, "kind": "ordinary", "area": "urban", "reason": "批文", **key()}


def many_offices(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    text = "名称,学校代码,学校标识码,学段学制\n新设小学,888,8888888888,小学6"
    return {"what": "offices", "text": text, "reason": "批文", **key()}


def facts(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"name": "改名小学", "kind": "ordinary", "area": "township", "reason": "批文"}
    return {**typed, "seen": str(last_act(unit.pk)), **key()}


def stages(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"primary": "6", "junior": "3", "reason": "批文"}
    return {**typed, "seen": str(last_act(unit.pk)), **key()}


def catchment(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return {
        "place_code": "130283101201",
        "place_text": "杨各庄镇 上庄村",
        "reason": "划片",
        **key(),
    }


def rules(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A set that no office of the site has."""
    seen = {"seen": str(last_act(unit.pk)), "was": lineage(unit.pk).rule_set}
    return {"rule_set": "shanghai", "reason": "批文", **seen, **key()}


def school_year(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    typed = {"starts_on": "2030-09-01", "ends_on": "2031-08-31", "reason": "校历"}
    typed |= {"term1_starts": "2030-09-02", "term1_ends": "2031-01-20"}
    typed |= {"term2_starts": "2031-02-20", "term2_ends": "2031-07-10"}
    return {**typed, "year": "2030", "seen": "0", **key()}


def holidays(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """A year of which nothing is known: the first of January 2031 is a Wednesday."""
    typed = {"year": "2031", "text": "2031-01-01 放假 元旦", "reason": "放假通知"}
    return {**typed, "seen": "0", **key()}


def order(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    """The end of a school without pupils, a year from now."""
    today = localdate()
    typed = {"kind": "close", "school": "迁安初级中学", "number": "迁教〔2026〕99 号"}
    days = {"decided_on": str(today), "effective_on": f"{today.year + 1}-{today.month:02d}-01"}
    return {**typed, **days, "file": scan(), **key()}


def only_a_key(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return key()


FORMS = {
    "switch_post": _switch,
    "switch_resume": _switch,
    "my_password": own_password,
    "my_sessions_end": only_a_key,
    "notices_read": only_a_key,
    "my_factor": own_code,
    "account_new": new_account,
    "account_state": state_of_account,
    "account_grant": new_post,
    "account_end_post": last_day,
    "account_security": security_of_account,
    "audit_find": found_pupil,
    "student_reveal": reveal,
    "student_edit": edit,
    "student_edit_resume": edit,
    "student_photo_new": photograph,
    "student_document_new": former,
    "student_number_new": of_another_county,
    "foreign_numbers": many_of_another_county,
    "student_paper_new": filed,
    "student_paper_remove": reason,
    "student_conduct_new": conduct,
    "student_conduct_revoke": revocation,
    "student_conduct_undo": reason,
    "case_reveal": reveal,
    "student_card": printed,
    "student_sheet": printed,
    "class_sheets": printed,
    "enrollment_sheet": printed,
    "enrollment_roll": printed,
    "cases_decide": decide_many,
    "case_decide": decide,
    "cases_resume": decide_many,
    "case_resume": decide,
    "case_withdraw": reason,
    "case_close": reason,
    "case_reverse": reason,
    "paper_upload": upload,
    "paper_remove": only_a_key,
    "numbering_issue": issue,
    "numbering_freeze": issue,
    "numbering_confirm": issue,
    "numbering_renumber": issue,
    "numbering_reopen": reopen,
    "enrollment_new": entry,
    "enrollment_edit": entry,
    "enrollment_check": entry,
    "enrollment_draft": entry,
    "enrollment_resume": entry,
    "enrollment_national_export": national_list,
    "enrollment_national_results": national_results,
    "enrollment_deferral_new": deferral,
    "enrollment_deferral_check": deferral,
    "enrollment_deferral_edit": deferral,
    "enrollment_classes": assign,
    "enrollment_class_add": new_class,
    "enrollment_class_move": move,
    "enrollment_excess": excess,
    "enrollment_draw_new": draw,
    "enrollment_admission_new": admit,
    "enrollment_attendance": attendance,
    "transfer_new": transfer,
    "transfer_take": take,
    "transfer_draft": transfer,
    "transfer_reinstate": returning,
    "borrowing_draft": take,
    "borrowing_lend_draft": lending,
    "enrollment_discard": only_a_key,
    "reports_roster_new": roster,
    "reports_roster_decide": agreed,
    "enrollment_import_new": intake,
    "enrollment_takeover_new": takeover,
    "enrollment_takeover_upload": intake,
    "enrollment_takeover_confirm": only_a_key,
    "enrollment_takeover_close": only_a_key,
    "enrollment_takeover_undo": reason,
    "enrollment_photos_new": photographs,
    "enrollment_batch_confirm": only_a_key,
    "enrollment_batch_discard": only_a_key,
    "enrollment_batch_decide": decide_batch,
    "enrollment_batch_withdraw": reason,
    "enrollment_batch_reverse": reason,
    "organisation_new": new_school,
    "organisations_import": many_offices,
    "organisation_edit": facts,
    "organisation_stages": stages,
    "organisation_catchment": catchment,
    "organisation_connect": only_a_key,
    "organisation_rules": rules,
    "calendar_edit": school_year,
    "holidays": holidays,
    "order_new": order,
    "order_withdraw": reason,
    "order_carry_out": only_a_key,
}
