"""Where the child goes to school."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity.classification import classified
from xueji.organisations.models import School, SchoolClass, StageName, within
from xueji.students.models.pupil import Student


class PlacementKind(models.TextChoices):
    HOME = "home", "本校就读"
    BORROWED = "borrowed", "借读"


class PlacementQuerySet(models.QuerySet):
    def within(self, path: str) -> "PlacementQuerySet":
        return self.filter(within(path, "org_path"))


@classified(
    public="id student school org_path school_class grade stage entry_year kind starts ends case",
    personal="outside",
)
class Placement(models.Model):
    """Where a pupil is or was, from when until when; open while ``ends`` is empty.

    Who borrows studies outside the register is at no ``school`` of ours: ``outside`` names it.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="placements")
    school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="placements", db_index=False
    )
    org_path = models.CharField(max_length=64, db_collation="C", editable=False)
    outside = models.CharField(
        "系统外的学校", max_length=100, blank=True, default="", db_default=""
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="placements"
    )
    stage = models.CharField("学段", max_length=10, choices=StageName)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    grade = models.PositiveSmallIntegerField("年级")
    kind = models.CharField("就读", max_length=10, choices=PlacementKind)
    starts = models.DateField("自")
    ends = models.DateField("至", null=True)
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="placements")

    objects = PlacementQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[SignedHistory], no_db_index=["school", "school_class", "case"]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(kind=PlacementKind.HOME, ends__isnull=True),
                name="placement_one_open_home",
            ),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(kind=PlacementKind.BORROWED, ends__isnull=True),
                name="placement_one_open_borrowed",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="placement_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=False, outside="")
                | Q(school__isnull=True, org_path="", kind=PlacementKind.BORROWED) & ~Q(outside=""),
                name="placement_is_at_a_school",
            ),
        ]
        indexes = [models.Index(fields=["school", "org_path"], name="placement_school_path")]

    def __str__(self) -> str:
        return f"{self.student_id} {self.school_id} {self.starts:%Y-%m-%d}"

    @property
    def where(self) -> str:
        """The school as lists and papers name it."""
        return str(self.school.organisation) if self.school else self.outside
