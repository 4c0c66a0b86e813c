"""How many requests an integration has taken of which minute, for all processes together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0022_calendar_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name="integration",
            name="rate_minute",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="integration",
            name="rate_taken",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
