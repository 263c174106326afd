"""What a borrowed study knows beyond the pupil: the guest's two schools, and how it goes on."""

from django.db import models
from django.db.models import F, Q

from transfers.models.transfer import Direction
from xueji.identity.classification import classified
from xueji.organisations.models import (
    School,
    SchoolClass,
    StageName,
    grade_name,
)
from xueji.students.models import RegisterType, Status


class Ground(models.TextChoices):
    """Why a pupil borrows studies."""

    MIGRANT = "migrant", "外来务工人员子女"
    OTHER = "special", "其他情况"


@classified(
    public="case direction home_school host_school home school_class stage grade entry_year "
    "former_status former_type until",
    personal="ground ground_text outside_school outside_office",
)
class Borrowing(models.Model):
    """The facts of one 借读 case, as the host school asked for it, or the home school (借出到外地).

    ``home`` is the home placement that stood open at the submission and stands on. A school
    outside the register stands as text. Where that is the home school, the pupil has a temporary
    register (临时借读学籍) at the host school; undoing brings status and register type back.
    """

    case = models.OneToOneField(
        "xueji.Case", models.PROTECT, primary_key=True, related_name="borrowing"
    )
    direction = models.CharField("来自", max_length=20, choices=Direction)
    home_school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="+", verbose_name="原学校"
    )
    host_school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="+", verbose_name="借读学校"
    )
    outside_school = models.CharField("系统外的学校", max_length=100, blank=True)
    outside_office = models.CharField("系统外学校的主管部门", max_length=100, blank=True)
    home = models.ForeignKey(
        "xueji.Placement", models.PROTECT, null=True, related_name="+", verbose_name="原就读"
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="+", verbose_name="借读班级"
    )
    stage = models.CharField("学段", max_length=10, choices=StageName)
    grade = models.PositiveSmallIntegerField("年级")
    entry_year = models.PositiveSmallIntegerField("入学年份")
    ground = models.CharField("借读理由", max_length=10, choices=Ground)
    ground_text = models.CharField("具体情况", max_length=200, blank=True)
    until = models.DateField("预计借读到", null=True)
    former_status = models.CharField("原学籍状态", max_length=12, choices=Status)
    former_type = models.CharField("原学籍类别", max_length=15, choices=RegisterType)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(home_school__isnull=False, home__isnull=False)
                | Q(home_school__isnull=True, direction=Direction.FROM_OUTSIDE),
                name="borrowing_comes_from_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(host_school__isnull=False, school_class__isnull=False)
                | Q(host_school__isnull=True, direction=Direction.TO_OUTSIDE),
                name="borrowing_goes_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["home_school"], name="borrowing_home_school"),
            models.Index(fields=["host_school"], name="borrowing_host_school"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.direction}"

    @property
    def grade_words(self) -> str:
        return grade_name(self.grade)

    @property
    def home_words(self) -> str:
        """The school that keeps the register, as papers name it."""
        return str(self.home_school.organisation) if self.home_school else self.outside_school

    @property
    def host_words(self) -> str:
        return str(self.host_school.organisation) if self.host_school else self.outside_school


class EndReason(models.TextChoices):
    BACK = "back", "回原学校就读"
    EXAMS = "exams", "回原学校参加毕业、升学考试"
    ELSEWHERE = "elsewhere", "到其他学校"
    OTHER = "special", "其他情况"


@classified(
    public="case placement former_status former_type",
    personal="reason reason_text",
)
class BorrowingChange(models.Model):
    """What becomes of a borrowed study: its end, or a regular register here; the case says which.

    ``placement`` is the guest's at the host school, which undoing an end opens again.
    """

    case = models.OneToOneField(
        "xueji.Case", models.PROTECT, primary_key=True, related_name="borrowing_change"
    )
    placement = models.ForeignKey(
        "xueji.Placement", models.PROTECT, related_name="+", verbose_name="借读"
    )
    former_status = models.CharField("原学籍状态", max_length=12, choices=Status)
    former_type = models.CharField("原学籍类别", max_length=15, choices=RegisterType)
    reason = models.CharField("原因", max_length=10, choices=EndReason, blank=True)
    reason_text = models.CharField("具体情况", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["placement"], name="borrowing_change_placement")]

    def __str__(self) -> str:
        return str(self.case_id)


@classified(public="id borrowing lent_on due_on lent_by back_on back_by", personal="note")
class SheetLoan(models.Model):
    """The register sheet (学籍表) on loan to the host school; out while ``back_on`` is empty."""

    borrowing = models.ForeignKey(Borrowing, models.PROTECT, related_name="loans")
    lent_on = models.DateField("带走日期")
    due_on = models.DateField("应归还日期")
    note = models.CharField("说明", max_length=100, blank=True)
    lent_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+", db_index=False)
    back_on = models.DateField("归还日期", null=True)
    back_by = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["borrowing"],
                condition=Q(back_on__isnull=True),
                name="sheet_loan_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(back_on__isnull=True, back_by__isnull=True)
                | Q(back_on__gte=F("lent_on"), back_by__isnull=False),
                name="sheet_loan_return_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("lent_on")), name="sheet_loan_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borrowing_id} {self.lent_on:%Y-%m-%d}"
