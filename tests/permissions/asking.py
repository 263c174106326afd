"""Addresses and forms: what each role sends to each page for a row in each position."""

from django.urls import reverse

from tests.permissions.forms import FORMS, YEAR
from tests.permissions.site import MISSING, Site, Unit
from tests.permissions.table import PLAYED_BY, SCHOOL_AT, Ask
from xueji.accounts.models import User

NO_SUCH_CASE = "2026-999999"


def person(unit: Unit) -> User:
    """Whose account is asked for: the clerk of the unit."""
    return User.objects.get(username=unit.clerk)


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
    "enrollment_batch": lambda u: [u.batch.pk],
    "enrollment_batch_workbook": lambda u: [u.batch.pk],
    "enrollment_batch_confirm": lambda u: [u.batch.pk],
    "enrollment_batch_discard": lambda u: [u.batch.pk],
    "enrollment_batch_decide": lambda u: [u.batch.pk],
    "enrollment_batch_withdraw": lambda u: [u.batch.pk],
    "enrollment_batch_reverse": lambda u: [u.batch.pk],
    "enrollment_takeover": lambda u: [u.takeover.pk],
    "enrollment_takeover_template": lambda u: [u.takeover.pk],
    "enrollment_takeover_upload": lambda u: [u.takeover.pk],
    "enrollment_takeover_workbook": lambda u: [u.takeover.pk],
    "enrollment_takeover_confirm": lambda u: [u.takeover.pk],
    "enrollment_takeover_close": lambda u: [u.takeover.pk],
    "enrollment_takeover_undo": lambda u: [u.takeover.pk],
    "enrollment_photo_batch": lambda u: [u.photos.pk],
    "enrollment_admission_edit": lambda u: [u.open.number],
    "enrollment_attendance": lambda u: [u.unplaced.pk],
    "transfer_edit": lambda u: [u.open.number],
    "transfer_discard": lambda u: [u.open.number],
    "transfer_reinstate": lambda u: [u.unplaced.pk],
    "transfer_turn": lambda u: [u.open.number],
    "transfer_receipt": lambda u: [u.done.number],
    "transfer_file": lambda u: [u.done.number],
    "transfer_certificate": lambda u: [u.open.number],
    "transfer_file_slip": lambda u: [u.open.number],
    "transfer_consent": lambda u: [u.open.number],
    "transfer_contact": lambda u: [u.open.number],
    "transfer_form": lambda u: [u.open.number],
    "borrowing_edit": lambda u: [u.open.number],
    "borrowing_discard": lambda u: [u.open.number],
    "borrowing_letter": lambda u: [u.done.number],
    "borrowing_sheet": lambda u: [u.done.number],
    "borrowing_end": lambda u: [u.unplaced.pk],
    "borrowing_convert": lambda u: [u.unplaced.pk],
    "borrowing_roll": lambda u: [u.pk],
    "enrollment_sheet": lambda u: [u.open.number],
    "enrollment_roll": lambda u: [u.pk, YEAR],
    "numbering_series": lambda u: [u.pk, "primary", YEAR],
    "numbering_issue": lambda u: [u.pk, "primary", YEAR],
    "numbering_freeze": lambda u: [u.pk, "primary", YEAR],
    "numbering_confirm": lambda u: [u.pk, "primary", YEAR],
    "numbering_reopen": lambda u: [u.pk, "primary", YEAR],
    "numbering_renumber": lambda u: [u.pk, "primary", YEAR],
    "numbering_renumbered": lambda u: [u.pk, "primary", YEAR],
    "reports_roster": lambda u: [u.roster.pk],
    "reports_roster_file": lambda u: [u.roster.pk],
    "reports_roster_decide": lambda u: [u.asked.pk],
    "account": lambda u: [person(u).pk],
    "account_state": lambda u: [person(u).pk],
    "account_security": lambda u: [person(u).pk],
    "account_grant": lambda u: [person(u).pk],
    "account_end_post": lambda u: [person(u).pk, person(u).posts.get().pk],
    "organisation": lambda u: [u.pk],
    "organisation_edit": lambda u: [u.pk],
    "organisation_stages": lambda u: [u.pk],
    "organisation_catchment": lambda u: [u.pk],
    "organisation_connect": lambda u: [u.pk],
    "organisation_rules": lambda u: [u.pk],
    "order": lambda u: [u.order.pk],
    "order_paper": lambda u: [u.order.pk],
    "order_withdraw": lambda u: [u.order.pk],
    "order_carry_out": lambda u: [u.order.pk],
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
    "enrollment_batch",
    "enrollment_batch_workbook",
    "enrollment_batch_confirm",
    "enrollment_batch_discard",
    "enrollment_batch_decide",
    "enrollment_batch_withdraw",
    "enrollment_batch_reverse",
    "enrollment_takeover",
    "enrollment_takeover_template",
    "enrollment_takeover_upload",
    "enrollment_takeover_workbook",
    "enrollment_takeover_confirm",
    "enrollment_takeover_close",
    "enrollment_takeover_undo",
    "enrollment_photo_batch",
    "enrollment_attendance",
    "transfer_reinstate",
    "borrowing_end",
    "borrowing_convert",
    "borrowing_roll",
    "reports_roster",
    "reports_roster_file",
    "reports_roster_decide",
    "account",
    "account_state",
    "account_security",
    "account_grant",
    "organisation",
    "organisation_edit",
    "organisation_stages",
    "organisation_catchment",
    "organisation_connect",
    "organisation_rules",
    "order",
    "order_paper",
    "order_withdraw",
    "order_carry_out",
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
    "account_end_post": [MISSING, MISSING],
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


def form(site: Site, ask: Ask) -> dict[str, object]:
    """What is posted; an empty form where the page takes none."""
    unit = unit_of(site, ask) or site.units["清泉小学"]
    makers = FORMS.get(ask.url)
    return makers(site, ask, unit) if makers else {}
