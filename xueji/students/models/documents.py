"""What shows who the child is: photograph, identity documents, numbers of other registers."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.identity.idnumbers import ID_TYPES
from xueji.students.models.pupil import Student


@classified(public="student", sensitive="document")
class Photo(models.Model):
    """The photograph of a pupil now; history says who replaced it when, the old file is let go."""

    student = models.OneToOneField(Student, models.PROTECT, primary_key=True, related_name="photo")
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, related_name="photo", verbose_name="照片"
    )

    history = HistoricalRecords(bases=[SignedHistory], no_db_index=["document"])

    def __str__(self) -> str:
        return str(self.student_id)


@classified(
    public="id student case",
    sensitive="id_type id_number id_index valid_from valid_until used_until",
)
class IdentityDocument(models.Model):
    """An identity document of a pupil; the present one has no ``used_until``.

    ``Student.id_type``, ``id_number`` and ``id_index`` say the present one; the rows follow them
    by ``students.identity_documents`` alone. How long the present one is valid stands on the
    sheet and is kept here when the document becomes a former one.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="documents")
    id_type = models.CharField("身份证件类型", max_length=1, choices=ID_TYPES)
    # sealed and indexed for the same purpose as the pupil's: one look-up finds both
    id_number = EncryptedTextField("身份证件号", purpose="student.id_number")
    id_index = models.BinaryField(max_length=32, db_index=True, editable=False)
    valid_from = models.DateField("有效期自", null=True)
    valid_until = models.DateField("有效期至", null=True)
    used_until = models.DateField("使用至", null=True)
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="+")

    history = HistoricalRecords(bases=[SignedHistory], no_db_index=["id_index", "case"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(used_until__isnull=True),
                name="identity_document_one_present",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=False, valid_until__gte=F("valid_from")),
                name="identity_document_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.get_id_type_display()}"


@classified(
    public="id student is_national starts ends",
    sensitive="number number_index issuer paper",
)
class ForeignNumber(models.Model):
    """A number by which another register knew the pupil: national, or of another county.

    It belongs to no series of ours and is never issued; it only finds the pupil. A national
    number contains that of an identity document, so all are sealed.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="foreign_numbers")
    number = EncryptedTextField("外来学号", purpose="student.foreign_number")
    number_index = models.BinaryField(max_length=32, db_index=True, editable=False)
    is_national = models.BooleanField("是全国学籍号")
    issuer = models.CharField("发号单位", max_length=60)
    starts = models.DateField("自")
    ends = models.DateField("至", null=True)
    paper = models.CharField("依据", max_length=60)

    history = HistoricalRecords(bases=[SignedHistory])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "number_index"], name="foreign_number_once_per_pupil"
            ),
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(is_national=True),
                name="foreign_number_national_is_one_pupils",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="foreign_number_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.issuer}"
