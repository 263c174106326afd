"""What an enrollment case knows beyond the pupil, and how classes were made."""

from django.db import models
from django.utils.timezone import localdate

from xueji.identity import codes
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.organisations.models import School, SchoolClass, StageName, grade_name
from xueji.students.models import RegisterType, Student


@classified(
    public="case entry_year stage grade school_class register_type entry_on near_duplicates "
    "check_position",
    personal="late_reason",
)
class Enrollment(models.Model):
    """The facts of one 新生入学 case.

    Whoever begins in another than the first grade says why no register was built before, and
    waits at ``check_position`` of the route for the national check (全国学籍查重).
    """

    KIND = "enrollment"

    case = models.OneToOneField("xueji.Case", models.PROTECT, primary_key=True, related_name=KIND)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    stage = models.CharField("学段", max_length=10, choices=StageName)
    grade = models.PositiveSmallIntegerField("年级")
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="+", verbose_name="班级"
    )
    register_type = models.CharField("学籍类别", max_length=15, choices=RegisterType)
    entry_on = models.DateField("入学日期")
    near_duplicates = models.PositiveSmallIntegerField("疑似重复", default=0)
    late_reason = models.CharField("没有建立学籍的原因", max_length=200, blank=True)
    check_position = models.PositiveSmallIntegerField("全国查重环节", null=True)

    def __str__(self) -> str:
        return str(self.case_id)

    @property
    def grade_words(self) -> str:
        return grade_name(self.grade)


class LateReason(models.TextChoices):
    HEALTH = "health", "身体状况"
    OTHER = "other", "其他原因"


@classified(public="case school_year until", sensitive="reason", medical="details")
class Deferral(models.Model):
    """The facts of one 缓学 case: why the child comes later, and until when.

    A further one continues the one before. What stands is the newest that was granted.
    """

    KIND = "deferral"

    case = models.OneToOneField("xueji.Case", models.PROTECT, primary_key=True, related_name=KIND)
    school_year = models.PositiveSmallIntegerField("应入学年份")
    reason = models.CharField("缓学原因", max_length=10, choices=LateReason)
    details = EncryptedTextField("具体情况", purpose="deferral.details")
    until = models.DateField("缓学到")

    def __str__(self) -> str:
        return f"{self.case_id} {self.until}"


class Ground(models.TextChoices):
    """The exceptions of NATFULL-6.2: who may be taken without transfer formalities."""

    INCLUSION = "inclusion", "随班就读"
    SPECIAL = "special", "特殊教育学校接收"
    REFORM = "reform", "专门学校接收"


@classified(public="case former school_class starts", personal="ground")
class Admission(models.Model):
    """The facts of one 免转学手续接收 case: the register goes from ``former`` to the case's school.

    ``former`` is the home placement that stood open at the submission; undoing opens it again.
    """

    KIND = "admission"

    case = models.OneToOneField("xueji.Case", models.PROTECT, primary_key=True, related_name=KIND)
    former = models.ForeignKey(
        "xueji.Placement", models.PROTECT, related_name="+", verbose_name="原就读"
    )
    ground = models.CharField("除外情形", max_length=10, choices=Ground)
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="+", verbose_name="班级"
    )
    starts = models.DateField("接收日期")

    def __str__(self) -> str:
        return str(self.case_id)


@classified(public="id school_class heads granted_at granted_by", personal="reason")
class Excess(models.Model):
    """The post named by the rule agrees to a class larger than the rule set allows (超班额).

    Append-only; the latest row of a class counts.
    """

    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="excesses")
    heads = models.PositiveSmallIntegerField("最多人数")
    reason = models.CharField("理由", max_length=200)
    granted_at = models.DateTimeField("同意时间")
    granted_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.heads}"


@classified(public="id student out_of into moved_at moved_by", personal="reason")
class ClassMove(models.Model):
    """A pupil went from one class of the cohort into another (调班). Append-only."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="class_moves")
    out_of = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    into = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    reason = models.CharField("原因", max_length=100)
    moved_at = models.DateTimeField("调班时间")
    moved_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.student_id} {localdate(self.moved_at)}"


@classified(
    public="id school stage entry_year seed is_typed keys wishes list_digest previewed drawn_at "
    "drawn_by"
)
class Draw(models.Model):
    """A balanced assignment (均衡分班) as it was confirmed. Append-only.

    Together with its classes and places it holds all that the result was computed from, so that
    anybody can repeat it.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="draws")
    stage = models.CharField("学段", max_length=10, choices=StageName)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    seed = models.CharField("种子", max_length=40)
    is_typed = models.BooleanField("种子由学校填写")
    keys = models.CharField("均衡项目", max_length=60, blank=True)
    wishes = models.CharField("同班、不同班", max_length=200, blank=True)
    list_digest = models.CharField("名单摘要", max_length=64)
    previewed = models.PositiveSmallIntegerField("预览过的结果数")
    drawn_at = models.DateTimeField("分班时间")
    drawn_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.entry_year} {self.seed}"


@classified(public="id draw school_class number boys girls seats")
class DrawClass(models.Model):
    """One class of a draw as it was before: who sat in it already, how many more might come."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="classes")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("班号")
    boys = models.PositiveSmallIntegerField("原有男生")
    girls = models.PositiveSmallIntegerField("原有女生")
    seats = models.PositiveSmallIntegerField("空位")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "school_class"], name="draw_class_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.number}"


@classified(
    public="id draw order student school_class", personal="sex birth migrant", sensitive="hukou"
)
class DrawPlace(models.Model):
    """One pupil of a draw: place in the list, class, and what was looked at, by value."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="places")
    order = models.PositiveSmallIntegerField("名单序号")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    sex = models.CharField("性别", max_length=1, choices=codes.SEX)
    birth = models.CharField("出生月份", max_length=7)
    hukou = models.CharField("户口所在地代码", max_length=12, blank=True)
    migrant = models.BooleanField("随迁子女")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "order"], name="draw_order_unique"),
            models.UniqueConstraint(fields=["draw", "student"], name="draw_student_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.order}"
