from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = "转学、借读"
    demo = "transfers.demo.tell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from transfers.kind import (
            BORROWING,
            BORROWING_END,
            CONVERSION,
            LENDING,
            REINSTATEMENT,
            TRANSFER,
        )
        from transfers.queries import borrowing
        from transfers.queries.owed import to_press_for, to_see_to
        from transfers.queries.proofs import PROOFS
        from xueji.cases import kinds, todos
        from xueji.ledger import proofs

        own = (TRANSFER, REINSTATEMENT, BORROWING, LENDING, BORROWING_END, CONVERSION)
        for kind in own:
            kinds.register(kind)
        todos.register(to_see_to)
        todos.register(to_press_for)
        todos.register(borrowing.to_see_to)
        for proof in PROOFS:
            proofs.register(proof)
