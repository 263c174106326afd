"""A roster asked for as a person of the world would ask."""

from collections.abc import Callable
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from reports import excel
from reports.models import ExportState, RosterExport
from reports.queries import sources
from reports.services import rosters
from xueji.documents import services as documents
from xueji.pages import finding

BASIC = ("name", "sex", "id_number", "phone", "school")


@pytest.fixture
def ask(world) -> Callable[..., RosterExport]:
    """``ask("clerk", "grade=1", whole=True)``: filled at once where nobody has to agree."""

    def export(username: str, query: str = "", **more) -> RosterExport:
        acting = world.acting(username)
        parsed = finding.parsed(query)
        source = sources.find(acting, parsed, finding.typed(parsed))
        wanted = {
            "columns": BASIC,
            "sort": source.sort,
            "title": "名册",
            "format": "xlsx",
            "whole": False,
            "purpose": "学校存档",
            "query": query,
            **more,
        }
        asked = rosters.ask(source=source, asked=rosters.Asked(**wanted), acting=acting)
        if asked.state == ExportState.MAKING and not asked.job_id:
            excel.make(asked, source, acting)
        return asked

    return export


def table(export: RosterExport) -> list[list[str]]:
    """The rows of the file, from its header on."""
    data = documents.open_bytes(export.document)
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    start = next(at for at, row in enumerate(rows) if row[0] == excel.PLACE)
    return rows[start:]


@pytest.fixture(autouse=True)
def own_files(files) -> None:
    """Each test of the room keeps files of its own."""
