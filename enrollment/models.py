"""What an enrollment case knows beyond the pupil: cohort, class, kind of register."""

from django.db import models

from xueji.identity.classification import classified
from xueji.organisations.models import SchoolClass, StageName
from xueji.students.models import RegisterType


@classified(
    public="case entry_year stage grade school_class register_type entry_on near_duplicates"
)
class Enrollment(models.Model):
    """The facts of one 新生入学 case."""

    case = models.OneToOneField(
        "xueji.Case", models.PROTECT, primary_key=True, related_name="enrollment"
    )
    entry_year = models.PositiveSmallIntegerField("入学年份")
    stage = models.CharField("学段", max_length=10, choices=StageName)
    grade = models.PositiveSmallIntegerField("年级")
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="+", verbose_name="班级"
    )
    register_type = models.CharField("学籍类别", max_length=15, choices=RegisterType)
    entry_on = models.DateField("入学日期")
    near_duplicates = models.PositiveSmallIntegerField("疑似重复", default=0)

    def __str__(self) -> str:
        return str(self.case_id)
