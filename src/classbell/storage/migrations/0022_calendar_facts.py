"""What calendars were last given of a session, so that its revision rises when that changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0021_people_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="coursesession",
            name="calendar_facts",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
