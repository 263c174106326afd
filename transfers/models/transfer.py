"""What a transfer knows beyond the pupil: from where to where, why, and what became of it."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified
from xueji.organisations.models import (
    Organisation,
    School,
    SchoolClass,
    StageName,
    grade_name,
)
from xueji.students.models import Status


class Direction(models.TextChoices):
    """How far a pupil goes; each has its route in the rule set."""

    SAME_TOWNSHIP = "same_township", "同一镇乡"
    BETWEEN_TOWNSHIPS = "between_townships", "镇乡之间"
    TOWNSHIP_TO_URBAN = "township_to_urban", "乡镇转城区"
    URBAN_TO_TOWNSHIP = "urban_to_township", "城区转乡镇"
    BETWEEN_URBAN = "between_urban", "城区之间"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    CROSS_COUNTY = "cross_county", "跨县"
    TO_OUTSIDE = "to_outside", "转往外地"
    FROM_OUTSIDE = "from_outside", "外地转入"


class Reason(models.TextChoices):
    MOVE = "move", "户口及家庭住址迁移"
    JOB = "job", "工作调动"
    DISCHARGE = "discharge", "部队转业复员"
    OTHER = "special", "其他特殊情况"


@classified(
    public="case direction from_school to_school into_set former school_class stage grade "
    "entry_year former_status certifier receipt_on receipt_by receipt_at receipt_open "
    "file_open offline_on chosen_by",
    personal="reason reason_text outside_school outside_office receipt_note offline_paper",
)
class Transfer(models.Model):
    """The facts of one 转学 case.

    ``former`` is the home placement that stood open at the submission; undoing opens it again.
    A side outside the register has no school here: its name stands as text, its half on paper.
    The side that the pupil comes into is governed by ``into_set``. ``certifier`` is the office of
    the leaving side with whose signature the certificate may be printed. Who left the register
    stands on the holding list (待回执) until ``receipt_on``: ``receipt_open``. ``file_open``: it is
    done, and papers are still to be sent or to be received inside the register. ``offline_on``:
    the day on the form by which it was done while the system was down, before it was entered.
    """

    case = models.OneToOneField(
        "xueji.Case", models.PROTECT, primary_key=True, related_name="transfer"
    )
    direction = models.CharField("去向", max_length=20, choices=Direction)
    from_school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="+", verbose_name="转出学校"
    )
    to_school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="+", verbose_name="转入学校"
    )
    outside_school = models.CharField("系统外的学校", max_length=100, blank=True)
    outside_office = models.CharField("系统外学校的主管部门", max_length=100, blank=True)
    into_set = models.CharField("转入方执行的制度", max_length=30, blank=True)
    former = models.ForeignKey(
        "xueji.Placement", models.PROTECT, null=True, related_name="+", verbose_name="原就读"
    )
    stage = models.CharField("学段", max_length=10, choices=StageName)
    grade = models.PositiveSmallIntegerField("年级")
    entry_year = models.PositiveSmallIntegerField("入学年份")
    reason = models.CharField("转学理由", max_length=10, choices=Reason)
    reason_text = models.CharField("具体情况", max_length=200, blank=True)
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="+", verbose_name="编入班级"
    )
    # a principal who put another class in the place of the clerk's; else the clerk chose it
    chosen_by = models.ForeignKey("xueji.User", models.PROTECT, null=True, related_name="+")
    former_status = models.CharField("原学籍状态", max_length=12, choices=Status)
    certifier = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="开具转学证明"
    )
    offline_on = models.DateField("线下办理日期", null=True)
    offline_paper = models.CharField("线下审批表", max_length=60, blank=True)
    receipt_on = models.DateField("回执日期", null=True)
    receipt_note = models.CharField("回执", max_length=200, blank=True)
    receipt_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    receipt_at = models.DateTimeField("回执登记时间", null=True)
    receipt_open = models.BooleanField("待回执", default=False)
    file_open = models.BooleanField("纸质材料未到", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_school__isnull=False) | Q(direction=Direction.FROM_OUTSIDE),
                name="transfer_comes_from_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(to_school__isnull=False) | Q(direction=Direction.TO_OUTSIDE),
                name="transfer_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(receipt_on__isnull=True, receipt_by__isnull=True)
                | Q(receipt_on__isnull=False, receipt_by__isnull=False),
                name="transfer_receipt_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(offline_on__isnull=True, offline_paper="")
                | (Q(offline_on__isnull=False) & ~Q(offline_paper="")),
                name="transfer_offline_has_day_and_paper",
            ),
        ]
        indexes = [
            models.Index(fields=["from_school"], name="transfer_from_school"),
            models.Index(fields=["to_school"], name="transfer_to_school"),
            models.Index(
                fields=["case"],
                include=["from_school"],
                condition=Q(receipt_open=True),
                name="transfer_receipt_open",
            ),
            models.Index(
                fields=["case"],
                include=["from_school", "to_school"],
                condition=Q(file_open=True),
                name="transfer_file_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.direction}"

    @property
    def grade_words(self) -> str:
        return grade_name(self.grade)

    @property
    def from_words(self) -> str:
        """The school the pupil comes from, as papers name it."""
        return str(self.from_school.organisation) if self.from_school else self.outside_school

    @property
    def to_words(self) -> str:
        return str(self.to_school.organisation) if self.to_school else self.outside_school


class Carrier(models.TextChoices):
    """By whom the paper file goes."""

    GUARDIAN = "guardian", "监护人自带"
    OFFICE = "office", "经主管部门转交"
    POST = "post", "邮寄"


@classified(
    public="transfer sent_on carrier copy_kept sent_by sent_at received_on received_by received_at"
)
class PaperFile(models.Model):
    """Where the paper file of a transferred pupil is: sent by the former school, received."""

    transfer = models.OneToOneField(
        Transfer, models.PROTECT, primary_key=True, related_name="paper_file"
    )
    sent_on = models.DateField("转出日期", null=True)
    carrier = models.CharField("怎样转递", max_length=10, choices=Carrier, blank=True)
    copy_kept = models.BooleanField("已留复印件", default=False)
    sent_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("转出登记时间", null=True)
    received_on = models.DateField("收到日期", null=True)
    received_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField("收到登记时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_by__isnull=True)
                | Q(sent_on__isnull=False, sent_by__isnull=False),
                name="paper_file_sending_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by__isnull=True)
                | Q(received_on__isnull=False, received_by__isnull=False),
                name="paper_file_receipt_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.sent_on}"
