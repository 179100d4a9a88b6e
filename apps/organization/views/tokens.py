"""Pages of service accounts and their tokens."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.access import right
from apps.organization import actions, forms, queries
from apps.organization.models import Person, Token
from apps.organization.views.answering import me, status_of, tried

MANAGE = "organization.manage_tokens"


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def service_account_create(request: HttpRequest) -> HttpResponse:
    """A new account for a program."""
    form = forms.ServiceAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        account = tried(form, lambda: actions.add_service_account(by=me(request), **data))
        if account is not None:
            messages.success(request, f"{account.name} is there. Now make it a token.")
            return redirect("organization:token_list", account.username)
    context = {"form": form}
    return render(request, "organization/service_account_create.html", context, status=status_of(form))


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def token_list(request: HttpRequest, username: str) -> HttpResponse:
    """The tokens of a service account; a new one's secret is shown in the answer to the form, once."""
    account = get_object_or_404(Person, username=username, is_service=True)
    first = {"expires_on": queries.today() + timedelta(days=365)}
    form = forms.TokenForm(request.POST or None, initial=first)
    secret = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = tried(form, lambda: actions.create_token(person=account, by=me(request), **data))
        if made is not None:
            secret, form = made[1], forms.TokenForm(initial=first)
    now = timezone.now()
    tokens = account.tokens.select_related("created_by")
    context = {
        "account": account,
        "tokens": [(token, _state(token, now)) for token in tokens],
        "form": form,
        "secret": secret,
    }
    return render(request, "organization/token_list.html", context, status=status_of(form))


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "ENDED"
    return "ACTIVE" if token.is_valid_at(now) else "EXPIRED"


@right(MANAGE)
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuses a token from now on."""
    token = get_object_or_404(Token.objects.select_related("person"), pk=pk)
    actions.revoke_token(token=token, by=me(request))
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("organization:token_list", token.person.username)
