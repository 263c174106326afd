"""What the kernel calls on the last yes, on undo and to show the cases of this app.

新生入学, 缓学, and 免转学手续接收: taking a pupil of another school without transfer formalities.
"""

from enrollment import queries
from enrollment.models import Admission, Deferral, Enrollment
from enrollment.rules import grounds
from enrollment.services import admission_finish, deferred
from enrollment.services.finish import apply, reverse
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.alike import compare
from xueji.cases.kinds import Kind
from xueji.cases.models import Case, RuleException
from xueji.cases.queries import rules_of
from xueji.students.showing import shown


def panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """Template and context of the facts on the case page; a draft has none yet."""
    if case.student is None:
        return "enrollment/_draft.html", {}
    student, family = case.student, list(case.student.family.order_by("position"))
    medical = access.sees_medical(acting, case.org_path)
    alike = compare(case, acting)
    return "enrollment/_facts.html", {
        "student": student,
        "enrollment": case.enrollment,
        "serving": _serving(case),
        "family": family,
        "sheet": shown(student, getattr(student, "sheet", None), family, medical=medical),
        "alike": alike,
        "named": [other.student.pk for other in alike.named],
    }


def _serving(case: Case) -> queries.Serving | None:
    """Who serves the home, where it is asked to be taken as if it lay in the catchment."""
    asked = RuleException.objects.filter(step__case=case, rule="entry.catchment")
    if not asked.exists() or case.student is None:
        return None
    return queries.serving(case.school, case.student.address_code)


def deferral_panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """Why the child is unwell is for those alone who read medical facts."""
    if case.student is None:
        return "enrollment/_draft.html", {}
    alike = compare(case, acting)
    return "enrollment/_deferral.html", {
        "student": case.student,
        "deferral": case.deferral,
        "medical": access.sees_medical(acting, case.org_path),
        "family": list(case.student.family.order_by("position")),
        "alike": alike,
        "named": [other.student.pk for other in alike.named],
    }


ENROLLMENT = Kind(
    name=Enrollment.KIND,
    label="新生入学",
    letter="入",
    exclusive=True,
    apply=apply,
    reverse=reverse,
    then="学籍已经建立，该生在读；接下来由学校分班，再由发号单位编号。",
    undo="撤销入学",
    undo_help="未报到、重复建籍、录错学校时撤销。"
    "学生、就读和人数恢复到办结以前；已发的号成为空号，补给下一名。",
    edit_url="enrollment_edit",
    panel=panel,
)

DEFERRAL = Kind(
    name=Deferral.KIND,
    label="缓学",
    letter="缓",
    exclusive=True,
    apply=deferred.apply,
    reverse=deferred.reverse,
    then="该生缓学，不计入人数；到期由学校办入学或续期。",
    undo="撤销缓学",
    undo_help="批错了才撤销；到期入学不用撤销。学生恢复到这次缓学以前。",
    edit_url="enrollment_deferral_edit",
    panel=deferral_panel,
)


def admission_panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To who reaches the pupil also where the register is or was."""
    return "enrollment/_admission.html", {**_admission(case), "is_shown": True}


def admission_outside(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """What the receiving side typed itself, while the register is elsewhere."""
    return "enrollment/_admission.html", {**_admission(case), "is_shown": False}


def _admission(case: Case) -> dict[str, object]:
    row = Admission.objects.select_related(
        "former__school__organisation", "former__school__county", "school_class"
    ).get(pk=case.pk)
    return {"admission": row, "ground": grounds(rules_of(case)).get(row.ground, "")}


ADMISSION = Kind(
    name=Admission.KIND,
    label="免转学手续接收",
    letter="接",
    exclusive=True,
    apply=admission_finish.apply,
    reverse=admission_finish.reverse,
    then="该生已在接收学校就读，学籍号不变。",
    undo="撤销接收",
    undo_help="接错学生、录错学校或情形时撤销。就读、人数恢复到接收以前，学籍号不变。",
    edit_url="enrollment_admission_edit",
    panel=admission_panel,
    outside=admission_outside,
)
