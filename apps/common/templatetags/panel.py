"""A window upstairs: the one way in which a page shows something of a higher room."""

from django.template import Library
from django.urls import NoReverseMatch, reverse
from django.urls.resolvers import get_resolver
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from apps.common.templatetags.components import NOTHING

register = Library()


@register.simple_tag
def panel(url_name: str, *arguments: object) -> SafeString:
    """`{% panel "signoff:epic_sign_off" epic.key "Sign-off" %}`: a section loaded from the other room's URL.

    The last argument is the label, the others are those of the URL. Without JavaScript it is a plain link. Where
    the room is not installed nothing is printed; a wrong name in an installed room raises NoReverseMatch.
    """
    *url_arguments, label = arguments
    try:
        url = reverse(url_name, args=url_arguments)
    except NoReverseMatch:
        if url_name.partition(":")[0] in get_resolver().namespace_dict:
            raise
        return NOTHING
    return format_html(
        '<section class="panel lazy" id="panel-{}" aria-label="{}" hx-get="{}" hx-trigger="load" hx-swap="outerHTML">'
        '<div class="panel-body"><a class="link" href="{}">{}</a></div></section>',
        slugify(str(label)),
        label,
        url,
        url,
        label,
    )
