"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an administrator, by hand or by CSV."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
