"""Azure Communication Services as a route that alerts can take."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0003_incident_claims"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alertroutetest",
            name="route",
            field=models.CharField(
                choices=[
                    ("acs", "Acs"),
                    ("system_mailer", "System Mailer"),
                    ("account", "Account"),
                ],
                max_length=20,
            ),
        ),
    ]
