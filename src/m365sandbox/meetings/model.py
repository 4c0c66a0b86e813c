"""The records of Teams meetings: the meeting, its options, and who takes part."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

JsonObject = dict[str, object]
Role = Literal["attendee", "presenter", "producer", "coorganizer"]


def usual_options() -> JsonObject:
    """Return the options of a new meeting, as a Teams policy nobody touched has them.

    https://learn.microsoft.com/graph/api/resources/onlinemeeting
    """
    return {
        "allowAttendeeToEnableCamera": True,
        "allowAttendeeToEnableMic": True,
        "allowBreakoutRooms": True,
        "allowCopyingAndSharingMeetingContent": True,
        "allowLiveShare": "enabled",
        "allowMeetingChat": "enabled",
        "allowParticipantsToChangeName": False,
        "allowPowerPointSharing": True,
        "allowRecording": True,
        "allowTeamworkReactions": True,
        "allowTranscription": True,
        "allowWhiteboard": True,
        "allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters",
        "allowedPresenters": "everyone",
        "chatRestrictions": None,
        "isEndToEndEncryptionEnabled": False,
        "isEntryExitAnnounced": False,
        "lobbyBypassSettings": {"scope": "organization", "isDialInBypassEnabled": False},
        "meetingSpokenLanguageTag": None,
        "recordAutomatically": False,
        "sensitivityLabelAssignment": None,
        "shareMeetingChatHistoryDefault": "none",
        "watermarkProtection": {"isEnabledForContentSharing": False, "isEnabledForVideo": False},
    }


@dataclass
class Participant:
    """Somebody who is named in a meeting, by object id or by user principal name or by both."""

    upn: str | None
    user_id: str | None = None
    display_name: str | None = None
    role: Role = "attendee"


@dataclass
class Meeting:
    """One Teams meeting of one organiser, behind an event or by itself."""

    organizer: str
    tenant_id: str
    thread: str
    join_url: str
    number: str
    passcode: str
    created: datetime
    start: datetime
    end: datetime
    subject: str | None = None
    external_id: str | None = None
    options: JsonObject = field(default_factory=usual_options)
    attendees: list[Participant] = field(default_factory=list)

    @property
    def meeting_id(self) -> str:
        """Return the id in the form Graph gives it."""
        raw = f"1*{self.organizer}*0**{self.thread}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")
