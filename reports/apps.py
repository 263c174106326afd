from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"
    default_auto_field = "django.db.models.BigAutoField"
    demo = "reports.demo.tell"

    def ready(self) -> None:
        from reports import tasks  # noqa: F401 -- registers its jobs
        from reports.queries.exports import taken_whole, to_approve
        from xueji.cases import todos

        for todo in (to_approve, taken_whole):
            todos.register(todo)
