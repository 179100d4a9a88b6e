"""Whether what is stored is still what its digest names: what is signed is the text, so no digest is believed."""

from collections.abc import Iterable
from hashlib import sha256

from apps.common.refused import Refused
from apps.delivery import gherkin
from apps.delivery.models import NFR, Story, StoryVersion

_NAMED = 5


def check_as_written(*, stories: Iterable[Story] = (), nfrs: Iterable[NFR] = ()) -> None:
    """Computes digests from the stored texts (versions loaded); Refused where one is not the one kept beside it."""
    changed = [story.key for story in stories if not _is_as_written(story.version, story.digest)]
    changed += [nfr.key for nfr in nfrs if nfr.meaning_digest != nfr.digest]
    if not changed:
        return
    more = len(changed) - _NAMED
    named = ", ".join(changed[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    raise Refused(
        f"The stored text of {named} is not the one that its digest names: it was changed outside the portal. "
        "Until that is put right it is neither signed nor attested. Tell an administrator."
    )


def _is_as_written(version: StoryVersion | None, digest: str) -> bool:
    return version is not None and version.digest == digest and is_text_of(version)


def is_text_of(version: StoryVersion) -> bool:
    """Whether the version's text is, to the byte, what came here, and means what its digest says."""
    if sha256(version.text.encode()).hexdigest() != version.text_sha256:
        return False
    try:
        feature = gherkin.parse(version.text)
    except gherkin.NotGherkin:
        return False
    return feature is not None and feature.digest == version.digest
