"""Why a message did not go out: kept as a code with a detail, said in the reader's language. Pure."""

from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

_WORDS: dict[str, Sentence] = {
    "answered": _("The receiver answered %(detail)s."),
    "refused": _("The robot refused: %(detail)s"),
    "strange": _("The receiver answered what no robot answers."),
    "unreachable": _("No answer came: %(detail)s"),
    "barred": _("Nothing may be sent to this address. The operator names the hosts in WEBHOOK_HOSTS."),
    "mail": _("The mail server answered %(detail)s."),
    "mail_login": _("The mail server refuses our login: %(detail)s."),
    "mail_away": _("No mail server is there: %(detail)s."),
    "closed": _("The login is closed, or its address is not confirmed."),
    "off": _("The robot was switched off."),
    "broken": _("Something is wrong in this program: %(detail)s"),
}


class Fault(Exception):
    """A message did not go out; ``code`` is one of those above, ``detail`` is for an administrator's eyes."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, str(detail)

    @property
    def kept(self) -> str:
        """As it is written down."""
        return f"{self.code}|{self.detail}"

    def __str__(self) -> str:
        return words_of(self.kept)


def words_of(kept: str) -> str:
    """What was written down, as a sentence; a reason that somebody typed stays as it is."""
    code, bar, detail = kept.partition("|")
    if not bar or code not in _WORDS:
        return kept
    return str(_WORDS[code]) % {"detail": detail}
