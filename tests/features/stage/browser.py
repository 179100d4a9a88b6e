"""Somebody's browser: signs in by the real form, opens pages, sends the forms that stand on them."""

from typing import Any

from django.test import Client

from stage.instance import Instance
from stage.pages import Form, Page
from stage.people import PASSWORD

CONFIRM = "/accounts/reauthenticate/"


class Browser:
    """One person at work; `page` is what they see now."""

    def __init__(self, first_name: str, instance: Instance) -> None:
        self.first_name = first_name
        self._instance = instance
        self._client = Client()
        self._client.cookies.load(instance.signed_in[first_name.lower()])
        self.page = Page()
        self.kept: Form | None = None
        self.kept_at = ""

    def sign_in(self, password: str = PASSWORD) -> Page:
        """By name and password."""
        return self._send("/accounts/login/", {"login": self.first_name.lower(), "password": password})

    def open(self, address: str) -> Page:
        """A page by its address, signing in first where the portal asks for it."""
        self._get(address)
        if self.page.address.startswith("/accounts/login/"):
            self.sign_in()
            self._get(address)
        return self.page

    def send(self, form: Form, **typed: object) -> Page:
        """The form as it stands on this page, with what was typed."""
        return self._send(form.action or self.page.address, form.filled(**typed))

    def press(self, name: str, value: str) -> Page:
        """A button of this page that has a name."""
        return self._send(self.page.address, {name: value})

    def confirm(self, password: str = PASSWORD) -> Page:
        """Says who one is, where the portal asks for it before going on."""
        if not self.page.address.startswith(CONFIRM):
            return self.page
        form = self.page.form_with("password")
        assert form is not None, f"nobody can confirm here: {self.page}"
        return self.send(form, password=password)

    def keep(self, form: Form) -> None:
        """Leaves a form open, to be sent later."""
        self.kept, self.kept_at = form, self.page.address

    def send_kept(self, **typed: object) -> Page:
        """The form that was left open, from where it was."""
        assert self.kept is not None, f"{self.first_name} left no form open"
        return self._send(self.kept.action or self.kept_at, self.kept.filled(**typed))

    def _get(self, address: str) -> None:
        response = self._client.get(address, follow=True)
        self._show(response, address)

    def _send(self, address: str, fields: dict[str, object]) -> Page:
        response = self._client.post(address, fields, follow=True)
        self._instance.worker.work()
        self._show(response, address)
        return self.page

    def _show(self, response: Any, address: str) -> None:
        query = response.request["QUERY_STRING"]
        shown = response.request.get("PATH_INFO", address) + (f"?{query}" if query else "")
        self.page = Page.read(shown, response.status_code, response.content.decode())
