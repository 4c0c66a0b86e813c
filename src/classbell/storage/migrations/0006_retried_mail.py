"""What is tried again has an index of its own, for the delivery log shows it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0005_delivery_log"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("attempt__gt", 0), ("state", "queued")),
                fields=["catalog", "state", "-id"],
                name="message_retried",
            ),
        ),
    ]
