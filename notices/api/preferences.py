"""How one wants to be told, over the API; everybody for themselves."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api import ApiView
from notices.services.preferences import Wishes, email_ask, email_confirm, email_remove, preferences_save
from notices.shapes import EmailInput, PreferencesSerializer, TokenInput, WishesShape, preferences_data
from notices.wishes import person_of


class OwnView(ApiView):
    """A view about whoever asks."""

    @property
    def person(self) -> User:
        """Whoever asks, with their wishes as they stand in the database now."""
        return User.objects.select_related("preference", "unit").get(pk=self.user_id)


class PreferencesView(OwnView):
    """One's wishes."""

    @extend_schema(operation_id="notice_preferences", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """What reaches one how, and when it is quiet."""
        return Response(preferences_data(person_of(self.person)))

    @extend_schema(
        operation_id="notice_preferences_save", request=WishesShape, responses={200: PreferencesSerializer}
    )
    def post(self, request: Request) -> Response:
        """Write down all of one's wishes; safe to repeat."""
        preferences_save(user=self.person, wishes=Wishes(**self.body(WishesShape)), now=self.now)
        return Response(preferences_data(person_of(self.person)))


class EmailView(OwnView):
    """The address letters go to."""

    problems = (429,)

    @extend_schema(operation_id="notice_email", request=EmailInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Have a letter with a token sent to an address, or with an empty one get no letters any more."""
        if address := self.body(EmailInput)["email"]:
            email_ask(user=self.person, address=address, now=self.now)
        else:
            email_remove(user=self.person, now=self.now)
        return Response(status=204)


class EmailConfirmView(OwnView):
    """The confirmation of an address."""

    @extend_schema(
        operation_id="notice_email_confirm", request=TokenInput, responses={200: PreferencesSerializer}
    )
    def post(self, request: Request) -> Response:
        """Use the address the token was sent to; safe to repeat."""
        email_confirm(user=self.person, token=self.body(TokenInput)["token"], now=self.now)
        return Response(preferences_data(person_of(self.person)))
