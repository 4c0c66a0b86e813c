"""Whom a write to the calendar is about to invite."""

from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0019_failed_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="inviting",
            field=models.JSONField(db_default=Value({}, models.JSONField()), default=dict),
        ),
    ]
