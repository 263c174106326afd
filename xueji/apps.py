import gc

from django.apps import AppConfig
from django.core.checks import Tags, register


class XuejiConfig(AppConfig):
    name = "xueji"
    verbose_name = "学籍"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import xueji.cases.tasks
        import xueji.documents.tasks
        import xueji.dossiers.tasks
        import xueji.establishment.tasks
        import xueji.jobs.periodic
        import xueji.ledger.tasks  # noqa: F401 -- these register their kinds of job
        from xueji.cases import todos
        from xueji.establishment import queries
        from xueji.identity.classification import check_classification
        from xueji.pages.deployment import check_deployment

        register(check_classification)
        register(check_deployment, Tags.security, deploy=True)
        for todo in (queries.stuck, queries.unconnected, queries.without_calendar):
            todos.register(todo)
        gc.freeze()  # what is loaded stays: no collection needs to walk it
