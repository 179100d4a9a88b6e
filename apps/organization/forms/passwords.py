"""Forms in place of allauth's: signing in, and the one behind a one-time link, which would write past the log."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator

from apps.organization import actions


class SignInForm(LoginForm):
    """As allauth's, with a name or address no longer than any is: SQLite refuses to look for one of 50,000 letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].validators.append(MaxLengthValidator(254))


class NewPasswordForm(ResetPasswordKeyForm):
    """A password, twice; checked as allauth does."""

    def save(self) -> None:
        # The hash takes some tenths of a second: made before the act.
        actions.choose_password_by_link(person=self.user, password_hash=make_password(self.cleaned_data["password1"]))
