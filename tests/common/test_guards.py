"""The guards of the web: policy, cookies, sessions, and what an operator is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

PRODUCTION = {
    "PORTAL_TLS": "1",
    "PORTAL_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-abcdefgh",
    "PORTAL_ALLOWED_HOSTS": "portal.example.org",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
}


def settled(code: str, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`code` run with the portal's own settings and nothing of this environment but the path."""
    environment = {"PATH": os.environ["PATH"], "PORTAL_VAR": str(tmp_path), **variables}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)


def test_every_answer_carries_the_policy(client: Client) -> None:
    for path in ("/healthz", "/nowhere/", "/accounts/login/"):
        assert set(client.get(path).headers["Content-Security-Policy"].split("; ")) == POLICY, path


def test_every_answer_forbids_sniffing_frames_and_foreign_referrers(client: Client) -> None:
    headers = client.get("/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_api_is_closed_to_strangers_and_says_so_as_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_address_of_the_api_that_leads_nowhere_is_a_problem_too(client: Client) -> None:
    answer = client.get("/api/v1/nowhere/")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "about:blank",
        "status": 404,
        "detail": "There is nothing at this address.",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "confirm-email/x/", "login/code/confirm/"])
def test_doors_of_the_sign_in_package_that_stay_closed(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}").status_code == 404


@pytest.mark.django_db
def test_too_many_wrong_passwords_are_refused(client: Client) -> None:
    wrong = {"login": "nobody", "password": "wrong"}
    answers = [client.post("/accounts/login/", wrong) for _ in range(6)]
    assert b"Too many failed login attempts" in answers[-1].content


def test_check_deploy_has_nothing_to_say_about_production(tmp_path: Path) -> None:
    code = "from django.core.management import execute_from_command_line as run; run(['m', 'check', '--deploy'])"
    done = settled(code, tmp_path, **PRODUCTION)
    assert "no issues" in done.stdout, done.stderr
    assert done.stderr == ""


def test_behind_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    code = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS)
"""
    assert settled(code, tmp_path, **PRODUCTION).stdout.split() == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "True",
        "True",
        "True",
        "31536000",
    ]


def test_without_a_key_nothing_is_signed(tmp_path: Path) -> None:
    done = settled("import django; django.setup(); from django.core.signing import dumps; dumps(1)", tmp_path)
    assert "SECRET_KEY setting must not be empty" in done.stderr


def test_a_secret_may_be_given_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    code = "from django.conf import settings; print(repr(settings.SECRET_KEY))"
    done = settled(code, tmp_path, PORTAL_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.stdout.strip() == "'from a file'"


def test_sqlite_is_opened_so_that_a_signature_survives_a_power_cut(tmp_path: Path) -> None:
    code = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
        print(cursor.execute(f"PRAGMA {name}").fetchone()[0])
print(connection.transaction_mode)
"""
    assert settled(code, tmp_path).stdout.split() == ["wal", "2", "1", "20000", "IMMEDIATE"]


def test_passwords_are_hashed_slowly_and_sessions_stand_in_the_database(tmp_path: Path) -> None:
    code = """
from django.conf import settings as s
print(s.PASSWORD_HASHERS[0], s.SESSION_ENGINE, s.SESSION_COOKIE_AGE)
"""
    assert settled(code, tmp_path).stdout.split() == [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.sessions.backends.db",
        "43200",
    ]
