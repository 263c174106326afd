from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "新生入学"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from enrollment.kind import ADMISSION, ENROLLMENT
        from enrollment.queries import to_place
        from enrollment.services.admitted import taken_from
        from xueji.cases import kinds, todos

        kinds.register(ENROLLMENT)
        kinds.register(ADMISSION)
        todos.register(to_place)
        todos.register(taken_from)
