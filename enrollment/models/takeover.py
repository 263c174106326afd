"""Taking a school's existing pupils over from the register before this one (建库)."""

from django.db import models
from django.db.models import F, Q

from numbering.models import SeriesAct
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedJSONField
from xueji.organisations.models import School
from xueji.students.models import Student


class TakeoverState(models.TextChoices):
    OPEN = "open", "待上传"
    CHECKING = "checking", "核对中"
    REFUSED = "refused", "不能读取"
    FAULTY = "faulty", "有错误"
    READY = "ready", "待确认"
    STORING = "storing", "建库中"
    STORED = "stored", "已建库"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"
    CLOSED = "closed", "已作废"


OVER = (TakeoverState.STORED, TakeoverState.UNDONE, TakeoverState.CLOSED)


@classified(
    public="id school as_on basis opened_by opened_at state rows faulty exceptions source staged "
    "marked job uploaded_by uploaded_at confirmed_by stored_at",
    personal="file_name",
    sensitive="summary",
)
class Takeover(models.Model):
    """The order of a county to take a school's pupils over, and the workbook it is done by.

    The register counts from ``as_on``. Nothing of the workbook stands in it before STORED; whoever
    uploaded it does not confirm it.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="takeovers")
    as_on = models.DateField("建库基准日")
    basis = models.CharField("依据", max_length=100)
    opened_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("开通时间")
    state = models.CharField(
        "状态", max_length=10, choices=TakeoverState, default=TakeoverState.OPEN
    )
    file_name = models.CharField("文件名", max_length=120, blank=True)
    uploaded_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", null=True)
    rows = models.PositiveIntegerField("行数", default=0)
    faulty = models.PositiveIntegerField("有错误的行", default=0)
    exceptions = models.PositiveIntegerField("写了例外理由的行", default=0)
    summary = EncryptedJSONField(purpose="takeover.summary", default=dict)
    source = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    staged = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    marked = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("xueji.Job", models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField("建库时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=~Q(state__in=OVER),
                name="takeover_one_under_way_for_a_school",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("uploaded_by")),
                name="takeover_confirmed_by_another_post",
            ),
        ]
        indexes = [models.Index(fields=["school", "-id"], name="takeover_school")]

    def __str__(self) -> str:
        return f"{self.school_id} {self.get_state_display()}"

    @property
    def title(self) -> str:
        return f"建库 {self.pk}"


@classified(
    public="id takeover student line since until host host_since", personal="reason host_name"
)
class TakenOver(models.Model):
    """What a row said of a pupil beyond register, place and number: dates of the status, the host.

    ``host`` is where the pupil studied on loan (借读), ``host_name`` the school outside the county.
    """

    takeover = models.ForeignKey(Takeover, models.PROTECT, related_name="taken")
    student = models.ForeignKey(Student, models.PROTECT, related_name="takeovers")
    line = models.PositiveIntegerField("行号")
    since = models.DateField("状态自", null=True)
    until = models.DateField("状态至", null=True)
    host = models.ForeignKey(School, models.PROTECT, null=True, related_name="+")
    host_name = models.CharField("借读学校", max_length=100, blank=True)
    host_since = models.DateField("借读自", null=True)
    reason = models.CharField("例外理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["takeover", "student"], name="taken_over_once"),
        ]

    def __str__(self) -> str:
        return f"{self.takeover_id} {self.line}"


@classified(public="act takeover")
class TakenSeries(models.Model):
    """Which acts on number series belong to a takeover, to be taken back with it."""

    act = models.OneToOneField(SeriesAct, models.PROTECT, primary_key=True, related_name="+")
    takeover = models.ForeignKey(Takeover, models.PROTECT, related_name="series")

    def __str__(self) -> str:
        return f"{self.takeover_id} {self.act_id}"
