from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "新生入学"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from enrollment.kind import ENROLLMENT
        from xueji.cases import kinds

        kinds.register(ENROLLMENT)
