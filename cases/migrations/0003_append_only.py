"""Rows of this table can be added and read, never changed or taken away."""

from django.db import migrations

from core.appendonly import operation


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [operation("cases_caseevent")]
