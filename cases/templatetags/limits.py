"""The limit of a filing condition in words."""

from django import template

from cases.catalogue_reads import limit_words

register = template.Library()
register.filter("limit", limit_words)
