"""The page that shows every part of the interface with made-up content; mounted on a local machine only."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.templatetags.static import static
from django.views.generic import TemplateView

LOOP = (
    ("上报", "done"),
    ("核实", "done"),
    ("派遣", "done"),
    ("处置", "done"),
    ("核查", "now"),
    ("回访", ""),
    ("结案", ""),
)
FACTS = (
    ("编号", "5001152026112300001"),
    ("地点", "凤城街道桃源路 12 号门口"),
    ("类别", "市容环境 · 暴露垃圾"),
    ("立案条件", "面积 1 平方米以上"),
    ("责任单位", ""),
)
PHOTOS = (("guide-before.svg", "上报 09:41"), ("guide-after.svg", "处置后 11:05"))
CLASSES = (("", "—"), ("1", "暴露垃圾"), ("2", "占道经营"), ("3", "污水井盖破损"), ("4", "行道树倒伏"))


class GuideForm(forms.Form):
    """One field of each kind."""

    case_class = forms.ChoiceField(
        label="案件类别", choices=CLASSES, required=False, help_text="拿不准可以不选。"
    )
    description = forms.CharField(label="描述", widget=forms.Textarea, help_text="看到什么、有多大、影响谁。")
    phone = forms.RegexField(label="联系电话", regex=r"^1\d{10}$", required=False)
    urgent = forms.BooleanField(label="有人身危险，需要立即处理", required=False)
    finding = forms.ChoiceField(
        label="现场结论", widget=forms.RadioSelect, choices=[("true", "属实"), ("false", "不属实")]
    )


class StyleGuide(TemplateView):
    """``/styleguide/``: no rows of the database, no rights."""

    template_name = "styleguide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, guide=guide())


def guide() -> dict[str, Any]:
    """The made-up content of the page; the form stands filled in wrongly, to show its sentences."""
    return {
        "loop": [{"label": label, "state": state} for label, state in LOOP],
        "facts": FACTS,
        "photos": [
            {"url": static(f"img/{n}"), "thumb_url": static(f"img/{n}"), "caption": c} for n, c in PHOTOS
        ],
        "at": datetime(2026, 11, 23, 1, 41, tzinfo=UTC),
        "geojson_url": static("img/guide-area.geojson"),
        "upload_url": "/api/v1/photos/",
        "form": GuideForm({"phone": "12"}),
    }
