"""The product with one page more, of which neither the table nor the view says anything."""

from django.http import HttpResponse
from django.urls import include, path

from xueji import urls


def undeclared(request):
    return HttpResponse("planted")


urlpatterns = [path("planted/", undeclared, name="planted"), path("", include("xueji.urls"))]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500
