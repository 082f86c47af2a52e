"""The sentences that scripts show. Keys are the English sources, as `say()` in static/js/words.js asks."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SCRIPT_WORDS: dict[str, str | Promise] = {
    "Uploading": _("Uploading"),
    "Uploaded": _("Uploaded"),
    "Retry": _("Retry"),
    "Remove": _("Remove"),
    "At most {n} photos.": _("At most {n} photos."),
    "This file is not a photo.": _("This file is not a photo."),
    "The photo did not arrive. Check the network and press Retry.": _(
        "The photo did not arrive. Check the network and press Retry."
    ),
    "Wait until all photos have arrived, or remove those that failed.": _(
        "Wait until all photos have arrived, or remove those that failed."
    ),
    "Position found, accurate to {n} m.": _("Position found, accurate to {n} m."),
    "The position can't be read. Move the pin, or describe the place in words.": _(
        "The position can't be read. Move the pin, or describe the place in words."
    ),
    "Finding the position…": _("Finding the position…"),
    "Position set by hand.": _("Position set by hand."),
    "Position": _("Position"),
    "The map did not load. Reload the page.": _("The map did not load. Reload the page."),
    "{n} matches": _("{n} matches"),
    "Nothing matches. Try fewer characters.": _("Nothing matches. Try fewer characters."),
    "{n} chosen": _("{n} chosen"),
    "Clear": _("Clear"),
    "Sending…": _("Sending…"),
    "Are you sure?": _("Are you sure?"),
    "Click where the cut begins and where it ends; it goes right across.": _(
        "Click where the cut begins and where it ends; it goes right across."
    ),
    "Click corner by corner, then close the outline. It takes what it covers; the rest is one more part.": _(
        "Click corner by corner, then close the outline. It takes what it covers; the rest is one more part."
    ),
    "Zoom in": _("Zoom in"),
    "Zoom out": _("Zoom out"),
}
