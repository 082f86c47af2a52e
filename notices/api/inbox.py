"""The inbox over the API; everybody's own alone."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView
from core.serializers import page_shape
from notices.selectors import notices_found, unread_count
from notices.serializers import NoticeQuery, NoticeSerializer, ReadAnswer, ReadInput
from notices.services.inbox import notices_read


class NoticesView(ApiView):
    """One's notices, newest first."""

    @extend_schema(
        operation_id="notices", parameters=[NoticeQuery], responses=page_shape("Notice", NoticeSerializer)
    )
    def get(self, request: Request) -> Response:
        """A page of notices."""
        wanted = self.query(NoticeQuery)
        rows = notices_found(
            self.user_id, now=self.now, unread=wanted["unread"], group=wanted.get("group", "")
        )
        return self.page(rows, NoticeSerializer, by="-created_at")


class NoticesReadView(ApiView):
    """Marking notices as read."""

    @extend_schema(operation_id="notices_read", request=ReadInput, responses={200: ReadAnswer})
    def post(self, request: Request) -> Response:
        """Mark some or all of one's notices as read; safe to repeat."""
        wanted = self.body(ReadInput)
        ids = None if wanted["all"] else wanted["ids"]
        marked = notices_read(user_id=self.user_id, notice_ids=ids, now=self.now)
        return Response({"marked": marked, "unread": unread_count(self.user_id, now=self.now)})
