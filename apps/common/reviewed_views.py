"""Views that come with packages, each looked at: who may open it. Every other view states it beside itself.

By the name of the route. `manage.py check` fails for a route that is neither here nor stated.
"""

REVIEWED: dict[str, str] = {
    # allauth: sign-in and what leads there
    "account_login": "public",
    "account_logout": "public",  # asks before it ends a session; without one it leads to sign-in
    "account_inactive": "public",
    "account_reset_password": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    # allauth: answered 404 by `closed` before they are reached (portal/urls.py)
    "account_signup": "public",
    "account_confirm_email": "public",
    "account_confirm_login_code": "public",
    "account_email": "member",
    "account_email_verification_sent": "public",
    # allauth: one's own account
    "account_change_password": "member",
    "account_set_password": "member",
    "account_reauthenticate": "member",
    # allauth: a second factor
    "mfa_authenticate": "public",  # the second step of signing in: the session holds the first
    "mfa_login_webauthn": "public",
    "mfa_index": "member",
    "mfa_reauthenticate": "member",
    "mfa_activate_totp": "member",
    "mfa_deactivate_totp": "member",
    "mfa_view_recovery_codes": "member",
    "mfa_generate_recovery_codes": "member",
    "mfa_download_recovery_codes": "member",
    "mfa_list_webauthn": "member",
    "mfa_add_webauthn": "member",
    "mfa_edit_webauthn": "member",
    "mfa_remove_webauthn": "member",
    "mfa_reauthenticate_webauthn": "member",
}
