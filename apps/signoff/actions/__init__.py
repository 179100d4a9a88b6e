"""Writing agreement: one function an act."""

from apps.signoff.actions.drift import refresh_drift
from apps.signoff.actions.epics import sign_off_epic
from apps.signoff.actions.nfrs import attest_nfr
from apps.signoff.actions.requests import request_epic_sign_off, request_story_sign_off
from apps.signoff.actions.stories import StoryShown, sign_off_stories, sign_off_story
from apps.signoff.actions.waivers import ask_waiver, grant_waiver, refuse_waiver, withdraw_waiver

__all__ = [
    "StoryShown",
    "ask_waiver",
    "attest_nfr",
    "grant_waiver",
    "refresh_drift",
    "refuse_waiver",
    "request_epic_sign_off",
    "request_story_sign_off",
    "sign_off_epic",
    "sign_off_stories",
    "sign_off_story",
    "withdraw_waiver",
]
