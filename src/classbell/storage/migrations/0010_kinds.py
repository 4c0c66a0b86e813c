"""What people were told of a session, so that a mail can name what changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0009_notification_templates"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="told",
            field=models.JSONField(default=dict),
        ),
    ]
