"""In and out: login, logout, the post one acts under, the list of keys, health."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth import logout as end_session
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from xueji.accounts import access, log
from xueji.accounts.models import Happened
from xueji.pages import gate, readiness, under
from xueji.pages.kept import posted_from, typing
from xueji.pages.people.login_form import LoginForm
from xueji.pages.slowed import slowed


class Login(LoginView):
    """Django's, and a try that was not looked at is told as such."""

    def get_success_url(self) -> str:
        """Where one wanted to go, but for this page, to which Django refuses to lead."""
        wanted = super().get_success_url()
        return self.get_default_redirect_url() if wanted == self.request.path else wanted

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response, wait = super().form_invalid(form), cast(LoginForm, form).wait
        return slowed(response, wait=wait) if wait else response


login = access.public(
    Login.as_view(
        template_name="accounts/login.html",
        authentication_form=LoginForm,
        redirect_authenticated_user=True,
        extra_context={
            "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
            "session_hours": settings.SESSION_AT_MOST // timedelta(hours=1),
        },
    )
)


@access.public
@posted_from("desk")
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; the browser forgets what it kept of our pages."""
    if request.user.is_authenticated:
        address = request.META.get("REMOTE_ADDR", "")
        log.note(Happened.LOGOUT, request.user, at=timezone.now(), address=address)
    end_session(request)
    response = redirect("login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@access.act("own_session")
@typing("switch_resume", beside="next")
@posted_from("desk")
def switch_post(request: HttpRequest) -> HttpResponse:
    """Act under another of one's own posts from now on; a form that waits for it goes along."""
    chosen = request.POST.get("post", "")
    if chosen in {str(post.pk) for post in request.posts}:
        request.session["post"] = int(chosen)
    place = gate.onwards(request)
    return redirect(place, preserve_request=place != reverse("desk"))


@csrf_exempt  # nothing happens: the page that leads back is shown again
@access.act("own_session")
@typing("switch_resume")
@posted_from("desk")
def resume_switch(request: HttpRequest) -> HttpResponse:
    """The way back to a form of another post, for whose session was over when it was taken."""
    return under.again(request)


@access.act("own_session")
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/keys.html")


@access.public
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; touches nothing."""
    return JsonResponse({"status": "ok"})


@access.public
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Keys readable, commits durable, no migration pending; 503 names what is not."""
    state = readiness.state()
    return JsonResponse(state, status=200 if all(state.values()) else 503)
