"""The first run, once; and the demo's people."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import public
from apps.common.refused import BadInput, NotAllowed, refusal
from apps.organization import actions, forms, rules
from apps.organization.views.answering import status_of, tried

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


@public
@never_cache
@sensitive_post_parameters("password", "again", "key")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Makes the first administrator, while nobody has an account, on loopback or with the key that `up` printed."""
    if refusal(rules.check_first_run):
        if request.method == "POST":
            rules.check_first_run()
        return redirect("account_login")
    near = is_loopback(request)
    form = forms.FirstRunForm(request.POST or None)
    form.fields["key"].required = not near
    if near:
        del form.fields["key"]
    if request.method == "POST" and form.is_valid():
        if tried(form, lambda: _create(form.cleaned_data, near=near)) is not None:
            messages.success(request, "You are the administrator. Sign in.")
            return redirect("account_login")
    context = {"form": form, "near": near}
    return render(request, "organization/first_run.html", context, status=status_of(form))


def _create(data: dict[str, str], *, near: bool) -> object:
    if not near and not knows_key(data.get("key", "")):
        raise NotAllowed("This is not the first-run key. Whoever started the portal finds it in what `up` printed.")
    username, name, email = data["username"], data["name"], data["email"]
    if not data["organization"].strip():
        raise BadInput("The organization's name is missing.")
    return actions.create_administrator(
        username=username,
        name=name,
        email=email,
        password_hash=actions.hashed_password(data["password"], username=username, name=name, email=email),
        organization=data["organization"],
        first=True,
    )


def is_loopback(request: HttpRequest) -> bool:
    """Whether the request was made on this very machine: by address, by host name, and past no proxy.

    Behind a proxy on the same machine every address is a loopback one; hence the other two.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    near = address == "::1" or address.startswith("127.")
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    return near and host in LOOPBACK_HOSTS and not any(request.META.get(name) for name in FORWARDED)


def knows_key(said: str) -> bool:
    """Whether `said` is the key of this installation's first run; never where there is none."""
    try:
        key = settings.FIRST_RUN_KEY_FILE.read_text().strip()
    except OSError:
        return False
    return bool(key) and constant_time_compare(said.strip(), key)


@public
@never_cache
@require_safe
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """The people of the demo, to sign in as; 404 where this is no demo."""
    if not settings.PORTAL_DEMO:
        raise Http404
    return render(request, "organization/demo_sign_in.html")
