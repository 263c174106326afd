"""A roster of the demo's first school, ready to be fetched."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from reports import excel
from reports.models import Format
from reports.queries import sources
from reports.services import rosters
from reports.services.rosters import Asked
from xueji.accounts.access import Acting
from xueji.accounts.models import Post


def tell(today: date) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    yield make_aware(datetime.combine(today - timedelta(days=1), time(15, 20))), _take_out


def _take_out(at: datetime) -> None:
    post = Post.objects.select_related("user", "organisation").get(user__username="clerk")
    acting = Acting(user=post.user, post=post, at=at)
    source = sources.find(acting, {}, "")
    asked = Asked(
        columns=["number", "name", "sex", "birth_date", "id_number", "school_class", "phone"],
        sort=source.sort,
        title="在校学生名册",
        format=Format.XLSX,
        whole=False,
        purpose="学校存档",
        query="",
    )
    excel.make(rosters.ask(source=source, asked=asked, acting=acting), source, acting)
