"""The board of supervision over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases import board
from cases.serializers.board import (
    BoardFilterQuery,
    FiguresSerializer,
    LateQuery,
    LateRow,
    WatchQuery,
    WatchRow,
)
from cases.services.reporter import reporter_sought
from core.serializers import page_shape
from grids.api import ScopedView


class LateView(ScopedView):
    """What is late."""

    @extend_schema(
        operation_id="cases_overdue", parameters=[LateQuery], responses=page_shape("LateCase", LateRow)
    )
    def get(self, request: Request) -> Response:
        """A page of the late cases of one's scope, the earliest deadline first; for those who supervise."""
        wanted = self.query(LateQuery)
        words = wanted.get("q", "")
        reporter_sought(access=self.access, words=words, now=self.now)
        rows = board.late_of(board.board_cases(self.access, wanted, words), self.now)
        return self.page(rows, LateRow, by="due_at")


class FiguresView(ScopedView):
    """What the board counts."""

    @extend_schema(
        operation_id="cases_overdue_counts", parameters=[BoardFilterQuery], responses=FiguresSerializer
    )
    def get(self, request: Request) -> Response:
        """Late cases by level, replies owed, and supervisions open by who attached them."""
        wanted = self.query(BoardFilterQuery)
        words = wanted.get("q", "")
        reporter_sought(access=self.access, words=words, now=self.now)
        figures = board.figures_of(board.board_cases(self.access, wanted, words), self.now)
        return Response(FiguresSerializer(figures).data)


class SupervisionsView(ScopedView):
    """Open supervisions."""

    @extend_schema(
        operation_id="supervisions", parameters=[WatchQuery], responses=page_shape("Supervision", WatchRow)
    )
    def get(self, request: Request) -> Response:
        """A page of those that somebody attached: the newest first, or by the time of the reply owed."""
        wanted = self.query(WatchQuery)
        words, owed = wanted.get("q", ""), wanted["owed"]
        reporter_sought(access=self.access, words=words, now=self.now)
        cases = board.board_cases(self.access, wanted, words)
        rows = board.owed_in(cases) if owed else board.watches_in(cases)
        narrower = {name: wanted.get(name, "") for name in ("by", "reply")}
        found = board.with_cases(board.watches_narrowed(rows, now=self.now, **narrower))
        return self.page(found, WatchRow, by="reply_by" if owed else "-at")
