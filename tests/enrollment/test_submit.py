"""Who may be submitted, why not, and as which pupil."""

from datetime import date

import pytest

from enrollment.models import Enrollment
from enrollment.services.submit import Rejected, submit
from tests import pupils
from tests.world import NOON
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm, Decision, Paper, RuleException
from xueji.organisations.models import School, SchoolClass, SchoolKind, SchoolYear, Term
from xueji.students.models import FamilyMember, RegisterType, Status, Student
from xueji.students.queries import counts

MIGRANT = {
    "migrant": "on",
    "hukou_code": "",
    "hukou_text": "四川省 成都市 双流区",
    "guardian_hukou_code": "",
    "guardian_hukou_text": "四川省 成都市 双流区",
    "address_code": "130283001006",
    "address_text": "永顺街道 迁钢社区 3 号楼",
    "paper_property_proof": "",
    "paper_residence_permit": "on",
    "paper_job_proof": "on",
}
NO_PAPERS = {"paper_household_book": "", "paper_property_proof": ""}


def refusals(world, clerk="clerk", **changes):
    """Message and citation of what blocks a submission."""
    with pytest.raises(Rejected) as rejected:
        pupils.submitted(world, clerk, **changes)
    assert not Student.objects.exists()
    return [
        (finding.message, finding.citation)
        for finding in rejected.value.checked.blocked
        if finding.key != "entry.ineligible"
    ]


def test_a_submission_writes_pupil_family_papers_and_facts_once(world):
    own = SchoolClass.objects.get(school=world.school_of("clerk"), number=2)
    case = pupils.submitted(world, school_class=str(own.pk), phone="")

    entry = Enrollment.objects.get(case=case)
    assert (entry.entry_year, entry.grade, entry.school_class, entry.near_duplicates) == (
        2026,
        1,
        own,
        0,
    )
    student = case.student
    names = (student.name, student.name_full, student.name_order)
    assert (*names, student.phone, student.status) == (
        "王梓涵",
        "wangzihan",
        "wang2王zi3梓han2涵",
        "13931520018",
        Status.PENDING,
    )
    assert list(FamilyMember.objects.values_list("student", "name", "relation")) == [
        (student.pk, "王建军", "1")
    ]
    papers = Paper.objects.filter(case=case).order_by("kind")
    assert list(papers.values_list("kind", "seen_by", "seen_at")) == [
        (kind, world.posts["clerk"].pk, NOON) for kind in ("household_book", "property_proof")
    ]


def test_missing_papers_are_refused_with_their_clause(world):
    assert refusals(world, **NO_PAPERS) == [
        (
            "缺户口簿、房产证明",
            "《学生学籍管理制度》二（一）“凭实际常住地户口薄、房产证明到就近小学报名登记入学”",
        )
    ]


def test_a_paper_that_cannot_be_had_is_let_off_by_the_county_with_reason_and_proof(world):
    lacks = {"paper_property_proof": "", "paper_waiver_proof": "on"}
    with pytest.raises(Rejected) as rejected:
        pupils.submitted(world, **lacks)
    checked = rejected.value.checked
    assert ([f.key for f in checked.warnings], checked.blocked) == (["entry.papers"], [])

    why = "租住公房，村委会出了居住证明"
    case = pupils.submitted(world, **lacks, **{"reason_entry.papers": why})

    (asked,) = RuleException.objects.all()
    assert (asked.rule, asked.reason, asked.step.role) == ("entry.papers", why, "county_officer")
    kinds = Paper.objects.filter(case=case).order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["household_book", "waiver_proof"]
    pupils.sign(world, case, "principal", "centre")
    case.refresh_from_db()
    (silent,) = cases.decide(
        seen={case.pk: case.version},
        decision=Decision.AGREED,
        note="",
        acting=world.acting("county"),
    ).values()
    assert silent.text.startswith("同意本件就是同意例外：缺房产证明（《学生学籍管理制度》二（一）")
    pupils.sign(world, case, "county", note="居住证明已核实")
    assert Student.objects.get().status == Status.ENROLLED


def test_a_migrant_child_is_refused_where_the_school_is_not_designated(world):
    told = refusals(world, **MIGRANT)

    assert [message for message, _ in told] == [
        "流动儿童不能在本校登记：本校不是教育局指定的借读学校"
    ]
    assert told[0][1].startswith("《学生学籍管理制度》二（一）“凡年满6周岁的流动儿童")


def test_a_migrant_child_at_a_designated_school_gets_a_temporary_register_and_no_count(world):
    student = pupils.enrolled(world, "urban", **MIGRANT)

    assert (student.status, student.register_type) == (
        Status.ENROLLED,
        RegisterType.BORROWED_TEMP,
    )
    counted = counts(world.organisations["迁安城区小学"].path)
    assert (counted.registered, counted.enrolled, counted.present) == (0, 0, 1)
    assert [event.change for event in student.events.all()] == [0]


def test_a_migrant_child_is_like_any_other_where_the_county_has_no_rule_of_its_own(world):
    home = pupils.living_in("130284100200", "滦州甲镇 甲村")
    student = pupils.enrolled(world, "clerk9", **home, migrant="on", **NO_PAPERS)

    assert student.register_type == RegisterType.REGULAR


def test_a_school_that_is_not_connected_enters_nobody(world):
    school = world.school_of("clerk")
    school.connected_on = None
    school.save()

    with pytest.raises(Refused, match="本校还没有入网"):
        pupils.submitted(world)
    with pytest.raises(Refused, match="本校没有小学学段"):
        pupils.submitted(world, "junior")


def test_a_school_enters_pupils_until_the_day_it_is_closed(world):
    node = world.organisations["清泉小学"]
    node.closed_on = date(2026, 9, 3)
    node.save(update_fields=["closed_on"])
    assert pupils.submitted(world).state == "open"

    node.closed_on = date(2026, 9, 2)
    node.save(update_fields=["closed_on"])
    with pytest.raises(Refused) as told:
        pupils.submitted(world)
    assert str(told.value) == (
        "本校已于 2026-09-02 撤销，不能办理学籍业务。请先由教育局把学生调整到现在的学校。"
    )


def test_a_county_without_a_school_year_enters_nobody(world):
    Term.objects.all().delete()
    SchoolYear.objects.all().delete()

    with pytest.raises(Refused, match="本县还没有录入学年"):
        pupils.submitted(world)


def test_a_withdrawn_child_is_submitted_again_as_the_same_pupil(world):
    number = pupils.id_number()
    first = pupils.submitted(world, id_number=number, name="王子函")
    cases.withdraw(case_id=first.pk, note="姓名录错", acting=world.acting("clerk"))

    second = pupils.submitted(world, id_number=number, name="王梓涵")

    assert (second.student_id, second.student.name) == (first.student_id, "王梓涵")
    assert Student.objects.count() == 1


def test_a_withdrawn_try_is_no_near_duplicate_of_the_next(world):
    number = pupils.id_number(order=11)
    wrong = pupils.submitted(world, id_number=number)
    cases.withdraw(case_id=wrong.pk, note="证件号录错", acting=world.acting("clerk"))
    born = wrong.student.birth_date

    right = pupils.submitted(world, id_number=pupils.id_number(born=born, order=13))

    assert right.enrollment.near_duplicates == 0


def test_a_returned_case_keeps_its_pupil_and_mends_everything(world):
    case = pupils.sign(world, pupils.submitted(world), "principal", decision="returned")
    typed = CaseForm.objects.get(case=case).values["row"]
    assert typed["m1_name"] == "王建军"

    mended = {**typed, "m1_name": "王建国", "paper_property_proof": "", "migrant": ""}
    mended |= {"paper_household_book": "on", "paper_property_proof": "on", "m2_name": ""}
    submit(case_id=case.pk, row=mended, reasons={}, acting=world.acting("clerk"))

    assert [member.name for member in case.student.family.all()] == ["王建国"]
    assert Student.objects.count() == 1


def test_a_special_school_is_told_that_the_register_moves_and_is_not_made_twice(world):
    known = pupils.enrolled(world, "clerk")
    School.objects.filter(pk=world.school_of("clerk2").pk).update(kind=SchoolKind.SPECIAL)
    with pytest.raises(Refused) as refused:
        pupils.submitted(
            world,
            "clerk2",
            id_number=known.id_number,
            name=known.name,
            **pupils.SHANGZHUANG,
        )
    assert str(refused.value).startswith(
        "这个证件号已有学籍（在读），不另建。学籍随人走，请到「新生入学」→「免转学手续接收」办理，"
        "原学籍转到本校，不作新生入学（《中小学生学籍管理办法细则(全文)》第六条“学籍管理实行"
    )
    assert Student.objects.count() == 1


def test_a_returned_case_does_not_take_the_number_of_another_pupil(world):
    number = pupils.id_number()
    left = pupils.submitted(world, id_number=number, name="李一")
    cases.withdraw(case_id=left.pk, note="不来了", acting=world.acting("clerk"))
    case = pupils.sign(world, pupils.submitted(world), "principal", decision="returned")

    with pytest.raises(Refused, match="证件号已登记在另一名学生名下"):
        submit(
            case_id=case.pk,
            row=pupils.row(id_number=number),
            reasons={},
            acting=world.acting("clerk"),
        )


def test_a_discarded_draft_is_neither_submitted_nor_saved_nor_discarded_again(world):
    acting = world.acting("clerk")
    draft = cases.open_draft(
        kind="enrollment", school=world.school_of("clerk"), acting=acting, values={}
    )
    cases.discard(case_id=draft.pk, acting=acting)

    with pytest.raises(Refused, match="这份草稿已经删除"):
        submit(case_id=draft.pk, row=pupils.row(), reasons={}, acting=acting)
    with pytest.raises(Refused, match="这份草稿已经删除"):
        cases.save_draft(case_id=draft.pk, values={}, version=1, acting=acting)
    with pytest.raises(Refused, match="这份草稿已经删除"):
        cases.discard(case_id=draft.pk, acting=acting)
    assert not Case.objects.exists()


def test_another_post_cannot_submit_a_draft(world):
    draft = cases.open_draft(
        kind="enrollment",
        school=world.school_of("clerk"),
        acting=world.acting("clerk"),
        values={},
    )
    for stranger in ("principal", "clerk1b", "centre"):
        with pytest.raises(Refused):
            submit(case_id=draft.pk, row=pupils.row(), reasons={}, acting=world.acting(stranger))
    assert not Student.objects.exists()
