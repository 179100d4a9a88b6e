"""What waits for a confirmation, on the pages that ask for it."""

from django.http import HttpRequest
from django.template import Library

from apps.signatures.suspending import waiting_words

register = Library()


@register.simple_tag
def words_to_confirm(request: HttpRequest) -> str:
    """What is about to happen; "" where nothing waits for this page."""
    return waiting_words(request)
