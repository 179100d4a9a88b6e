"""Behind TLS, with the portal's own settings: cookies bound to the host, and browsers told to come by TLS alone."""

from pathlib import Path

from tests.common.test_guards import PRODUCTION, settled

SIGN_IN = """
import json
import django; django.setup()
from django.core.management import call_command
from django.test import Client
from apps.organization.models import Person
call_command("migrate", verbosity=0)
Person.objects.create_user("maria", password="a fine day in May", name="Maria")
client = Client(enforce_csrf_checks=True, headers={"host": "portal.example.org"})
plain = client.get("/accounts/login/")
probe = client.get("/healthz")
page = client.get("/accounts/login/", secure=True, headers={"x-forwarded-proto": "https"})
token = client.cookies["__Host-csrftoken"].value
sent = {"login": "maria", "password": "a fine day in May", "csrfmiddlewaretoken": token}
secure = {"x-forwarded-proto": "https", "referer": "https://portal.example.org/accounts/login/"}
done = client.post("/accounts/login/", sent, secure=True, headers=secure)
foreign = client.post("/accounts/login/", sent, secure=True,
                      headers={**secure, "origin": "https://elsewhere.example.org"})
cookies = {name: [bool(one["secure"]), bool(one["httponly"]), one["samesite"], one["path"], one["domain"]]
           for answer in (page, done) for name, one in answer.cookies.items() if one.value}
print(json.dumps({
    "plain": [plain.status_code, plain.headers["Location"]], "probe": probe.status_code, "done": done.status_code,
    "foreign": foreign.status_code, "cookies": cookies, "hsts": page.headers["Strict-Transport-Security"],
}))
"""


def test_what_a_browser_gets(tmp_path: Path) -> None:
    done = settled(SIGN_IN, tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    bound = '[true, true, "Lax", "/", ""]'
    said = done.stdout.strip().splitlines()[-1]
    assert '"plain": [301, "https://portal.example.org/accounts/login/"]' in said
    assert '"probe": 200' in said
    assert '"done": 302' in said
    assert '"foreign": 403' in said
    assert '"hsts": "max-age=31536000"' in said
    assert f'"__Host-sessionid": {bound}' in said
    assert f'"__Host-csrftoken": {bound}' in said
    # The third carries what is said once after an act; the portal signs it.
    assert said.count(bound) == 3, said
