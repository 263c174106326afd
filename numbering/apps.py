from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "numbering"
    verbose_name = "编号"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import numbering.tasks  # noqa: F401 -- registers its job
        from numbering.queries.todo import to_number
        from xueji.cases import todos

        todos.register(to_number)
