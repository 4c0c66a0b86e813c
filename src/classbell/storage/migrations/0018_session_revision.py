"""How often a session was moved, and when anything of it changed last: for calendars."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0017_operations"),
    ]

    operations = [
        migrations.AddField(
            model_name="coursesession",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="revised_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
