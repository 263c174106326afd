"""What the kernel calls on the last yes, on undo and to show a transfer or borrowed study."""

from collections.abc import Sequence

from django.urls import reverse as url

from transfers import queries
from transfers.models import Reinstatement, Transfer
from transfers.queries import borrowing
from transfers.services import borrow_change, borrow_finish, certificate, lend_finish, reinstate
from transfers.services.borrow_sheet import loan_out, may_lend
from transfers.services.finish import apply
from transfers.services.paper_file import may_receive, may_send
from transfers.services.receipt import may_record
from transfers.services.undo import reverse
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases import acts, veil
from xueji.cases.acts import Act
from xueji.cases.alike import Alike, compare
from xueji.cases.kinds import Kind
from xueji.cases.models import ALIVE, Case, State, Step
from xueji.cases.queries import reaches_pupil, steps_of
from xueji.establishment.queries import ending
from xueji.rules.engine import Rules, rule_set
from xueji.rules.inheritance import Rule
from xueji.students.models import Student


def panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To who reaches the pupil's register."""
    if case.student is None:
        return "transfers/_draft.html", {}
    return "transfers/_facts.html", {**_facts(case, acting), "pupil": case.student}


def outside(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To another party: who comes, while the case goes on; afterwards what the case says."""
    facts = _facts(case, acting)
    shown = case.student if case.state in ALIVE and not facts["is_hidden"] else None
    return "transfers/_facts.html", {**facts, "pupil": shown}


def _facts(case: Case, acting: Acting) -> dict[str, object]:
    row = queries.of_case(case)
    steps = steps_of([case.pk])[case.pk]
    alike = compare(case, acting) if _looks_like_another(case) else Alike()
    return {
        "transfer": row,
        "alike": alike,
        "named": [other.student.pk for other in alike.named],
        "receiving_ends": _ending(row, steps, acting) if case.state in ALIVE else "",
        "is_hidden": case.pk in veil.hidden([case], acting),
        "is_certified": not certificate.why_not(row, steps),
        "may_record_receipt": may_record(row, acting),
        "is_held": queries.is_held(row),
        "paper_file": getattr(row, "paper_file", None),
        "file_act": _file_act(row, acting),
        "may_rechoose": case.approved
        and acting.post.role == Role.PRINCIPAL
        and Act.AGREE in acts.allowed(case, steps, acting),
        "may_print": acting.may("transfers.print"),
        "may_consent": row.to_school_id == case.school_id
        and acting.reaches(case.org_path)
        and (case.state in ALIVE or (case.state == State.DONE and reaches_pupil(case, acting))),
    }


def _ending(row: Transfer, steps: Sequence[Step], acting: Acting) -> str:
    """What becomes of the receiving school by an order that waits for its day; "" if nothing.

    Who does not reach the order reads only from when on the school takes nobody.
    """
    order = ending(row.to_school_id) if row.to_school_id else None
    if order is None:
        return ""
    into = order.into.path if order.into else ""
    paths = [row.to_school.organisation.path, order.from_path, into]
    if any(acting.reaches(path) for path in paths):
        told = f"{order.sentence}，{order.effective_on} 生效（{order.number}）。"
    else:
        told = f"{row.to_words}自 {order.effective_on} 起不再接收学生。"
    may_withdraw = Act.WITHDRAW in acts.allowed(row.case, steps, acting)
    way = "请撤回" if may_withdraw else "请提出的学校撤回"
    return f"{told}本件要在那以前办结；办不完的{way}，另选学校。"


def _looks_like_another(case: Case) -> bool:
    return any(found["key"] == "transfer.duplicate" for found in case.findings)


def _file_act(row: Transfer, acting: Acting) -> str:
    """What this post may record of the paper file."""
    if may_send(row, acting):
        return "登记转出纸质材料"
    return "登记收到纸质材料" if may_receive(row, acting) else ""


def turn_url(case: Case, step: Step) -> str:
    """A clerk's step has a page of its own: at the placement the class is chosen there."""
    return url("transfer_turn", args=[case.number]) if step.role == Role.CLERK else ""


TRANSFER = Kind(
    name="transfer",
    label="转学",
    letter="转",
    exclusive=True,
    apply=apply,
    reverse=reverse,
    then="转到系统内学校的，学籍已转到转入学校，接下来分班、编号；转往系统以外的，等接收学校的回执。",
    undo="撤销转学",
    undo_help="办错学校、办错学生时由核准的单位撤销。学籍退回原学校原班，"
    "新编的号停用，原学籍号恢复。",
    edit_url="transfer_edit",
    panel=panel,
    outside=outside,
    turn_url=turn_url,
    asked=queries.asked,
)


def return_panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To every party: who is taught again, and why."""
    if case.student is None:
        return "transfers/_draft.html", {}
    rows = Reinstatement.objects.select_related("placement__school__organisation")
    return "transfers/_return.html", {"reinstatement": rows.get(pk=case.pk)}


def return_url(student: Student, acting: Acting) -> str:
    may_ask = reinstate.may_ask(student, acting)
    return url("transfer_reinstate", args=[student.pk]) if may_ask else ""


REINSTATEMENT = Kind(
    name="transfer_return",
    label="恢复在校",
    letter="复",
    exclusive=True,
    apply=reinstate.apply,
    reverse=reinstate.reverse,
    then="该生已恢复在读，计入在读、在校；学籍号沿用。",
    undo="撤销恢复在校",
    undo_help="办错学生、没有来上课的，由核准的单位撤销，恢复原来的状态。",
    edit_url="transfer_edit",
    panel=return_panel,
    outside=return_panel,
    offered=return_url,
)


def borrowing_panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To who reaches the pupil's register: the home school's side."""
    if case.student is None:
        return "borrowing/_draft.html", {}
    return "borrowing/_facts.html", {**_borrowed(case, acting), "pupil": case.student}


def borrowing_outside(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To another party: who comes, while the case goes on and as long as the guest is here."""
    facts = _borrowed(case, acting)
    is_shown = case.state in ALIVE and not facts["is_hidden"]
    shown = is_shown or borrowing.is_guest_here(case, acting)
    return "borrowing/_facts.html", {**facts, "pupil": case.student if shown else None}


def _borrowed(case: Case, acting: Acting) -> dict[str, object]:
    row = borrowing.of_case(case)
    rules = rule_set(case.rule_set).at(case.rule_date) if case.rule_set else None
    return {
        "borrowing": row,
        "is_hidden": case.pk in veil.hidden([case], acting),
        "loan": loan_out(row),
        "may_lend": may_lend(row, acting),
        "may_print_letter": row.host_school_id is None and acting.may("borrowing.print"),
        "exams": _exams_at_home(rules) if rules else None,
    }


def _exams_at_home(rules: Rules) -> Rule | None:
    """The rule by which the guest's last exams are at the home school."""
    is_said = rules.get("borrowing.exams") == "home_school"
    return rules.rule("borrowing.exams") if is_said else None


def change_panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To every party: which guest, and why."""
    if case.student is None:
        return "borrowing/_draft.html", {}
    return "borrowing/_change.html", {"change": borrowing.change_of(case)}


BORROWING = Kind(
    name="borrowing",
    label="借读",
    letter="借",
    exclusive=True,
    apply=borrow_finish.apply,
    reverse=borrow_finish.reverse,
    then="学籍在原学校的，学籍不动；外地学生已建临时借读学籍，接下来由编号单位编临时号。",
    undo="撤销借读",
    undo_help="办错学生、没有来借读的，由核准的单位撤销。学籍在原学校的恢复原状，临时号停用。",
    edit_url="borrowing_edit",
    panel=borrowing_panel,
    outside=borrowing_outside,
    asked=borrowing.asked,
)
LENDING = Kind(
    name="borrowing_out",
    label="借出到外地",
    letter="出",
    exclusive=True,
    apply=lend_finish.apply,
    reverse=lend_finish.reverse,
    then="学籍留在本校，借读期间不算在校、不占班额；学籍表带走的，在业务件上登记。",
    undo="撤销借出",
    undo_help="办错学生、没有去借读的，由核准的单位撤销，恢复原状。",
    edit_url="borrowing_edit",
    panel=borrowing_panel,
)
BORROWING_END = Kind(
    name="borrowing_end",
    label="借读结束",
    letter="还",
    exclusive=True,
    apply=borrow_change.end,
    reverse=borrow_change.undo_end,
    then="该生不再在本校借读；学籍在原学校的，回原学校就读，临时借读学籍已结束。",
    undo="撤销借读结束",
    undo_help="办错学生的，由核准的单位撤销，该生仍在原班借读，临时号恢复。",
    edit_url="borrowing_edit",
    panel=change_panel,
    outside=change_panel,
)
CONVERSION = Kind(
    name="borrowing_regular",
    label="借读转正式学籍",
    letter="正",
    exclusive=True,
    apply=borrow_change.convert,
    reverse=borrow_change.undo_conversion,
    then="该生已是本校正式学籍，计入在籍、在读；临时号停用，接下来由编号单位编学籍号。",
    undo="撤销转为正式学籍",
    undo_help="办错学生的，由核准的单位撤销，恢复临时借读学籍和临时号，新编的学籍号停用。",
    edit_url="borrowing_edit",
    panel=change_panel,
    outside=change_panel,
)
