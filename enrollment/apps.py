from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "新生入学"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import enrollment.tasks  # noqa: F401 -- registers the kinds of job
        from enrollment.kind import ADMISSION, DEFERRAL, ENROLLMENT
        from enrollment.queries import deferrals, imports, national_check, takeovers, to_place
        from enrollment.queries.admissions import taken_from
        from enrollment.services import room
        from xueji.cases import kinds, seats, todos

        for kind in (ENROLLMENT, DEFERRAL, ADMISSION):
            kinds.register(kind)
        seats.answer_by(lock=room.lock_sized, require=room.require_seats, tell=room.told)
        found = (to_place, deferrals.to_see_to, national_check.to_check, taken_from)
        for todo in (*found, imports.to_sign, takeovers.to_see_to):
            todos.register(todo)
