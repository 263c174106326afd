"""All paths of the product. Apps are named as strings, so that nothing is imported upwards."""

from django.urls import include, path

urlpatterns = [
    path("", include("xueji.pages.urls")),
    path("numbering/", include("numbering.urls")),
    path("enrollment/", include("enrollment.urls")),
    path("reports/", include("reports.urls")),
    path("transfers/", include("transfers.urls")),
    path("borrowing/", include("transfers.urls.borrowing")),
]
handler400 = "xueji.pages.views.errors.bad_request"
handler404 = "xueji.pages.views.errors.not_found"
handler500 = "xueji.pages.views.errors.failed"
