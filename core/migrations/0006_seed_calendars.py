"""The calendars deadlines are reckoned by, for installations that run already."""

from datetime import UTC, datetime

from django.db import migrations

from core.calendar_seed import definitions


def seed(apps, schema_editor):
    Calendar = apps.get_model("core", "Calendar")
    CalendarVersion = apps.get_model("core", "CalendarVersion")
    now = datetime.now(UTC)
    for definition in definitions():
        names = {"name": definition.name, "name_en": definition.name_en}
        calendar, made = Calendar.objects.get_or_create(code=definition.code, defaults=names)
        if made:
            calendar.current = CalendarVersion.objects.create(
                pk=definition.version_id,
                calendar=calendar,
                number=1,
                made_at=now,
                **definition.content.columns,
            )
            calendar.save()


class Migration(migrations.Migration):
    dependencies = [("core", "0005_superseded_timers")]

    # Backwards the rows may stay: their tables go with the migration before.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
