"""Words inside descriptions and addresses are found by an index, where the engine has one."""

from django.db import migrations

from cases.engine import search_indexes


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_limit_at_filing")]
    operations = [search_indexes()]
