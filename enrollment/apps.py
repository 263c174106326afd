from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "新生入学"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from enrollment.kind import DEFERRAL, ENROLLMENT
        from enrollment.queries import deferrals, national_check, to_place
        from xueji.cases import kinds, todos

        kinds.register(ENROLLMENT)
        kinds.register(DEFERRAL)
        todos.register(to_place)
        todos.register(deferrals.to_see_to)
        todos.register(national_check.to_check)
