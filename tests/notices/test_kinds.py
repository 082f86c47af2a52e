"""Every kind has words in both languages; the short ones say neither where nor who."""

import pytest
from django.utils import translation

from notices.kinds import IN_GROUPS, KINDS, Group, kind_of, names_in
from notices.texts import short_of, text_of, title_of

FACTS = {
    "number": "5001152026112300001", "stage_code": "handle", "what": "暴露垃圾", "where": "正街1号",
    "due": "2026-11-23T04:00:00+00:00", "level": 2, "count": 31, "reason_code": "not_found",
}  # fmt: skip
ESCALATION = (
    "warning", "overdue", "level2", "level3", "sign_for_late", "plan_owed_late", "reply_late",
    "presence_late", "pool_late", "checker_needed", "suspension_over",
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "of-a-newer-version"])
def test_a_kind_is_a_sentence_with_and_without_its_facts(kind: str, language: str) -> None:
    with translation.override(language):
        for facts in (FACTS, {}):
            said = [text_of(kind, facts), title_of(kind), short_of(kind, facts)]
            assert all(said)
            assert not any("%" in text or "None" in text for text in said)
        chinese = any("\u4e00" <= sign <= "\u9fff" for sign in title_of(kind))
    assert chinese == (language == "zh-hans")


@pytest.mark.parametrize("kind", sorted(set(ESCALATION) - {"checker_needed"}))
def test_a_deadline_is_said_in_city_time(kind: str) -> None:
    with translation.override("en"):
        assert "2026-11-23 12:00" in text_of(kind, FACTS)
        assert "11-23 12:00" in short_of(kind, FACTS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_short_words_name_no_place(kind: str) -> None:
    assert "正街" not in short_of(kind, FACTS)
    assert "5001152026112300001" in short_of(kind, FACTS)


def test_every_kind_is_in_one_group_and_ones_own_affairs_are_not_said_in_groups() -> None:
    assert sorted(name for group in Group for name in names_in(group)) == sorted(KINDS)
    assert set(ESCALATION) <= set(KINDS)
    assert set(Group) - set(IN_GROUPS) == {Group.REPORTS, Group.PRIVACY}
    assert kind_of("closed").group == Group.REPORTS
