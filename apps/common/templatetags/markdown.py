"""`{% load markdown %}{{ comment.text|markdown }}`."""

from django.template import Library

from apps.common.markdown import render_markdown

register = Library()
register.filter("markdown", render_markdown)
