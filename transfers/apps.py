from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = "转学"
    demo = "transfers.demo.tell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from transfers.kind import TRANSFER
        from transfers.queries.owed import to_press_for, to_see_to
        from xueji.cases import kinds, todos

        kinds.register(TRANSFER)
        todos.register(to_see_to)
        todos.register(to_press_for)
