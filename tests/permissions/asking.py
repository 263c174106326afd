"""Addresses and forms: what each role sends to each page for a row in each position.

The forms are what a browser would send, complete and right: where the answer is a refusal, it is
for who asks and for what, never for how.
"""

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enrollment.services import draw as drawing
from tests import pupils
from tests.documents import portraits, scans
from tests.permissions.site import MISSING, SPECIAL, Site, Unit, question
from tests.permissions.table import PLAYED_BY, SCHOOL_AT, Ask
from xueji.organisations.queries import lineage

NO_SUCH_CASE = "2026-999999"
YEAR = 2026

# pages of one row → its arguments in the address
ID_OF = {
    "student": lambda u: [u.unplaced.pk],
    "student_edit": lambda u: [u.unplaced.pk],
    "student_edit_resume": lambda u: [u.unplaced.pk],
    "student_reveal": lambda u: [u.unplaced.pk],
    "student_card": lambda u: [u.unplaced.pk],
    "student_sheet": lambda u: [u.unplaced.pk],
    "class_sheets": lambda u: [u.school_class.pk],
    "student_photo": lambda u: [u.unplaced.pk],
    "student_photo_new": lambda u: [u.unplaced.pk],
    "student_document_new": lambda u: [u.unplaced.pk],
    "student_number_new": lambda u: [u.unplaced.pk],
    "student_paper_new": lambda u: [u.unplaced.pk],
    "student_paper": lambda u: [u.unplaced.pk, u.filed.pk],
    "student_paper_remove": lambda u: [u.unplaced.pk, u.filed.pk],
    "student_conduct_new": lambda u: [u.unplaced.pk],
    "student_conduct_revoke": lambda u: [u.unplaced.pk, u.sanction.pk],
    "student_conduct_undo": lambda u: [u.unplaced.pk, u.sanction.pk],
    "student_conduct_paper": lambda u: [u.unplaced.pk, u.sanction.pk, "proof"],
    "case": lambda u: [u.open.number],
    "case_decide": lambda u: [u.open.number],
    "case_withdraw": lambda u: [u.open.number],
    "case_close": lambda u: [u.open.number],
    "case_reverse": lambda u: [u.done.number],
    "case_reveal": lambda u: [u.open.number],
    "case_resume": lambda u: [u.open.number],
    "paper_upload": lambda u: [u.open.number],
    "paper": lambda u: [u.open.number, u.paper.pk],
    "paper_remove": lambda u: [u.open.number, u.paper.pk],
    "enrollment_edit": lambda u: [u.draft.number],
    "enrollment_discard": lambda u: [u.draft.number],
    "enrollment_deferral_edit": lambda u: [u.deferral_back.number],
    "enrollment_class": lambda u: [u.school_class.pk],
    "enrollment_class_move": lambda u: [u.school_class.pk],
    "enrollment_excess": lambda u: [u.school_class.pk],
    "enrollment_draw": lambda u: [u.draw.pk],
    "enrollment_admission_edit": lambda u: [u.open.number],
    "enrollment_attendance": lambda u: [u.unplaced.pk],
    "transfer_edit": lambda u: [u.open.number],
    "transfer_discard": lambda u: [u.open.number],
    "transfer_turn": lambda u: [u.open.number],
    "transfer_receipt": lambda u: [u.done.number],
    "transfer_certificate": lambda u: [u.open.number],
    "transfer_form": lambda u: [u.open.number],
    "enrollment_sheet": lambda u: [u.open.number],
    "enrollment_roll": lambda u: [u.pk, YEAR],
    "numbering_series": lambda u: [u.pk, "primary", YEAR],
    "numbering_issue": lambda u: [u.pk, "primary", YEAR],
    "numbering_freeze": lambda u: [u.pk, "primary", YEAR],
    "numbering_confirm": lambda u: [u.pk, "primary", YEAR],
    "numbering_reopen": lambda u: [u.pk, "primary", YEAR],
    "numbering_renumber": lambda u: [u.pk, "primary", YEAR],
    "numbering_renumbered": lambda u: [u.pk, "primary", YEAR],
    "enrollment": lambda u: [],
    "rule": lambda u: ["entry.underage"],  # public words, the same for everybody
}
BY_NUMBER = (
    "student",
    "student_edit",
    "student_edit_resume",
    "student_reveal",
    "student_card",
    "student_sheet",
    "class_sheets",
    "student_photo",
    "student_photo_new",
    "student_document_new",
    "student_number_new",
    "student_paper_new",
    "student_conduct_new",
    "enrollment_class",
    "enrollment_class_move",
    "enrollment_excess",
    "enrollment_draw",
    "enrollment_attendance",
)
SERIES_PAGES = tuple(name for name in ID_OF if name.startswith("numbering_"))
NOBODYS = {
    **dict.fromkeys(BY_NUMBER, [MISSING]),
    **dict.fromkeys(ID_OF.keys() - set(BY_NUMBER), [NO_SUCH_CASE]),
    **dict.fromkeys(("paper", "paper_remove"), [NO_SUCH_CASE, MISSING]),
    **dict.fromkeys(
        ("student_paper", "student_paper_remove", "student_conduct_revoke", "student_conduct_undo"),
        [MISSING, MISSING],
    ),
    "student_conduct_paper": [MISSING, MISSING, "proof"],
    **dict.fromkeys(SERIES_PAGES, [MISSING, "primary", YEAR]),
    "enrollment_roll": [MISSING, YEAR],
    "enrollment": [],
    "rule": ["no.such_rule"],
}
CASE_PAGES = tuple(name for name in ID_OF if name.startswith("case"))
ASKS_BY_QUERY = {"enrollment"}  # ?school=
TAKES_AN_OFFICE = (*SERIES_PAGES, "enrollment")


def extra_positions(url: str) -> tuple[str, ...]:
    """Positions that only this kind of page knows."""
    extra = ("draft",) if url in CASE_PAGES else ()
    extra += ("above",) if url in TAKES_AN_OFFICE else ()
    return extra + (("-",) if url in ASKS_BY_QUERY else ())


def has_id(url: str) -> bool:
    return url in ID_OF


def unit_of(site: Site, ask: Ask) -> Unit | None:
    return site.units.get(SCHOOL_AT[ask.position])


def address(site: Site, ask: Ask) -> str:
    """The path, with its query where the page is asked for one school by it."""
    unit = unit_of(site, ask)
    if ask.url in ASKS_BY_QUERY:
        school = {"missing": MISSING, "above": _above(site, ask)}.get(
            ask.position, unit and unit.pk
        )
        return reverse(ask.url) + ("" if ask.position == "-" else f"?school={school}")
    if not has_id(ask.url):
        return reverse(ask.url)
    if ask.position == "above":
        return reverse(ask.url, args=[_above(site, ask), "primary", YEAR])
    if ask.position == "draft":
        return reverse(ask.url, args=[unit.draft.number])
    return reverse(ask.url, args=ID_OF[ask.url](unit) if unit else NOBODYS[ask.url])


def _above(site: Site, ask: Ask) -> int | None:
    post = site.world.posts.get(PLAYED_BY[ask.role])
    return post and post.organisation.parent_id


def key() -> dict[str, str]:
    return {"form_key": str(uuid4())}


def form(site: Site, ask: Ask) -> dict[str, object]:
    """What is posted; an empty form where the page takes none."""
    unit = unit_of(site, ask) or site.units["清泉小学"]
    makers = FORMS.get(ask.url)
    return makers(site, ask, unit) if makers else {}


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


def only_a_key(site: Site, ask: Ask, unit: Unit) -> dict[str, object]:
    return key()


FORMS = {
    "switch_post": _switch,
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
    "enrollment_discard": only_a_key,
}
