"""A case keeps the handling limit that held when its condition was set.

Both columns may be left out by code that does not know them yet.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="limit_unit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("工作时", "working hours"),
                    ("工作日", "working days"),
                    ("紧急工作时", "continuous hours"),
                    ("紧急工作日", "continuous days"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="limit_value",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
