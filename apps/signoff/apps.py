"""The room's configuration."""

from django.apps import AppConfig

from apps.audit.beside import verify_beside
from apps.audit.protection import never_changed


class SignoffConfig(AppConfig):
    name = "apps.signoff"

    def ready(self) -> None:
        never_changed("signoff_dossier", ("digest",))
        never_changed("signoff_epicsignoff", ("epic_id", "number"), ("signature_id",))
        never_changed("signoff_storysignoff", ("story_id", "number"), ("signature_id",))
        since = ("signoff", "0005_given_words_stay")
        never_changed("signoff_nfrattestation", since=since)
        never_changed("signoff_waivergrant", ("waiver_id", "role"), ("waiver_id", "granted_by_id"), since=since)
        verify_beside("apps.signoff.comparing.check_sign_offs", since=("delivery", "0004_story_version_delegated_by"))
