"""What Microsoft asked for at a loss, to be passed on with the next sign-in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0002_delivery_routes"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="claims",
            field=models.TextField(blank=True, default=""),
        ),
    ]
