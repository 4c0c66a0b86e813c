"""Courses with groups and waiting lists, room lists, options of calendars, and what is watched."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0006_retried_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done")], max_length=20
                    ),
                ),
                ("from_usable", models.BooleanField(default=True)),
                ("sessions", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CalendarOptions",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by_mail_only", models.BooleanField(default=False)),
                ("ask_for_answers", models.BooleanField(default=True)),
                ("place_when_firm", models.BooleanField(default=False)),
                ("lobby", models.CharField(blank=True, default="", max_length=40)),
                ("share", models.BooleanField(default=False)),
                ("shared_address", models.EmailField(blank=True, default="", max_length=254)),
                (
                    "shared_way",
                    models.CharField(
                        choices=[("write", "Write"), ("invite", "Invite")],
                        default="invite",
                        max_length=20,
                    ),
                ),
                ("shared_proved_at", models.DateTimeField(blank=True, null=True)),
                ("shared_problem_code", models.CharField(blank=True, default="", max_length=100)),
                ("shared_problem", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CalendarWatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delta_link", models.TextField(blank=True, default="")),
                ("window_start", models.DateTimeField(blank=True, null=True)),
                ("window_end", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "subscription_id",
                    models.CharField(blank=True, db_index=True, default="", max_length=100),
                ),
                ("subscription_expires_at", models.DateTimeField(blank=True, null=True)),
                ("client_state_hash", models.CharField(blank=True, default="", max_length=64)),
                ("problem", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HiddenRoom",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
            ],
        ),
        migrations.CreateModel(
            name="RoomList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=200)),
                ("refreshed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SessionGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("seats", models.PositiveIntegerField(blank=True, null=True)),
                ("enrolment_deadline", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SharedEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=20)),
                (
                    "way",
                    models.CharField(
                        choices=[("write", "Write"), ("invite", "Invite")], max_length=20
                    ),
                ),
                ("calendar_address", models.EmailField(max_length=254)),
                ("generation", models.PositiveIntegerField(default=1)),
                ("event_id", models.CharField(blank=True, default="", max_length=500)),
                ("etag", models.CharField(blank=True, default="", max_length=200)),
                ("ical_uid", models.CharField(blank=True, default="", max_length=500)),
                ("applied", models.JSONField(default=dict)),
                ("answer", models.CharField(blank=True, default="", max_length=20)),
                ("problem_code", models.CharField(blank=True, default="", max_length=100)),
                ("problem", models.CharField(blank=True, default="", max_length=500)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="course",
            name="enrolment_deadline",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="course",
            name="enrolment_type",
            field=models.CharField(
                choices=[("single", "Single"), ("all", "All"), ("multiple", "Multiple")],
                default="multiple",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="seats",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="course",
            name="waiting_list",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="cancel_message",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="co_organisers",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="lobby",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="meeting_url",
            field=models.CharField(blank=True, default="", max_length=1000),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="attendance",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="edited",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="entry",
            name="mail_sequence",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="entry",
            name="meeting_options",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="entry",
            name="meeting_problem",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="retiredevent",
            name="calendar_address",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="retiredevent",
            name="ical_uid",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="retiredevent",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="room",
            name="lists",
            field=models.JSONField(default=list),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                fields=["session", "state", "created_at"], name="enrolment_in_order"
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="account_changes",
                to="storage.catalog",
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="from_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="storage.account"
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="started_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="storage.person",
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="to_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="storage.account"
            ),
        ),
        migrations.AddField(
            model_name="calendaroptions",
            name="catalog",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_options",
                to="storage.catalog",
            ),
        ),
        migrations.AddField(
            model_name="calendarwatch",
            name="account",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_watch",
                to="storage.account",
            ),
        ),
        migrations.AddField(
            model_name="hiddenroom",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hidden_rooms",
                to="storage.catalog",
            ),
        ),
        migrations.AddField(
            model_name="roomlist",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="room_lists",
                to="storage.organisation",
            ),
        ),
        migrations.AddField(
            model_name="sessiongroup",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="groups",
                to="storage.course",
            ),
        ),
        migrations.AddField(
            model_name="coursesession",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sessions",
                to="storage.sessiongroup",
            ),
        ),
        migrations.AddField(
            model_name="sharedentry",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shared_entries",
                to="storage.account",
            ),
        ),
        migrations.AddField(
            model_name="sharedentry",
            name="session",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shared_entry",
                to="storage.coursesession",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")),
                fields=("catalog",),
                name="one_running_account_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="hiddenroom",
            constraint=models.UniqueConstraint(
                fields=("catalog", "address"), name="hidden_room_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="roomlist",
            constraint=models.UniqueConstraint(
                fields=("organisation", "address"), name="room_list_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessiongroup",
            constraint=models.UniqueConstraint(
                fields=("course", "code"), name="session_group_code_once"
            ),
        ),
    ]
