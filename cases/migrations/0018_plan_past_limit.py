from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_rearming")]

    operations = [
        migrations.AddField(
            model_name="actionplan",
            name="past_limit",
            field=models.BooleanField(db_default=False, default=False),
        )
    ]
