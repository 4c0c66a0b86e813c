"""The example training programme of Contoso: its courses and every date of them."""

from dataclasses import dataclass

ZONES = {
    "CPH": "Europe/Copenhagen",
    "LON": "Europe/London",
    "NYC": "America/New_York",
    "TYO": "Asia/Tokyo",
    "SAO": "America/Sao_Paulo",
    "KOL": "Asia/Kolkata",
}

INSTRUCTORS = {
    "z": "zoe.dubois@contoso.example",
    "r": "rafael.garcia@contoso.example",
}

# Where people meet outside the rooms of the directory.
PLACES = {
    "newyork": "Contoso New York, floor 5, room 512",
    "operations": "Contoso New York, operations centre",
    "yard": "Yard, gate 3",
}

# Room address to seats, as the sandbox's directory has them.
ROOMS = {
    "auditorium@contoso.example": 80,
    "harbour@contoso.example": 20,
    "library@contoso.example": 12,
    "workshop@contoso.example": 24,
    "studio@contoso.example": 16,
    "boardroom@contoso.example": 10,
}


@dataclass(frozen=True, slots=True)
class Course:
    """A course: its code, title, description, and its sessions one a line.

    A line reads: start, end (a time, or date and time where it ends on another day), time zone,
    seats, where (a room, one of PLACES, or `online`), `teams` or `-`, instructors (a letter each),
    title. The zone of the start is that of the end.
    """

    code: str
    title: str
    description: str
    sessions: str


PROGRAMME = (
    Course(
        "WELCOME",
        "Welcome to Contoso",
        "Half a day with the people who run the company: what we make, how we work, whom to ask.",
        """
        2026-11-03T09:00 12:30 CPH 60 auditorium - z  Welcome day November
        2026-12-01T09:00 12:30 CPH 60 auditorium teams z  Welcome day December
        2027-01-05T09:00 12:30 CPH 80 auditorium teams zr Welcome day January
        2027-02-02T09:00 12:30 CPH 60 auditorium - z  Welcome day February
        2027-04-06T09:00 12:30 CPH 60 auditorium - z  Welcome day April
        """,
    ),
    Course(
        "FIRSTAID",
        "First aid at work",
        "The one-day course with practice on dummies. Wear clothes you can kneel in.",
        """
        2026-12-02T08:30 16:00 CPH 12 workshop - r  First aid, group A
        2026-12-09T08:30 16:00 CPH 12 workshop - r  First aid, group B
        2027-01-13T08:30 16:00 CPH 12 workshop - r  First aid, group C
        2027-01-27T08:30 16:00 CPH 12 workshop - r  First aid, group D
        """,
    ),
    Course(
        "PRIVACY",
        "Handling personal data",
        "What may be kept, for how long, and what to do when something went to the wrong person.",
        """
        2026-11-05T10:00 11:30 CPH 20 harbour teams z  Handling personal data, November
        2026-12-03T10:00 11:30 CPH 20 harbour teams z  Handling personal data, December
        2027-01-14T10:00 11:30 CPH 20 harbour teams z  Handling personal data, January
        2027-01-28T14:00 15:30 LON 30 online teams z  Handling personal data, United Kingdom
        """,
    ),
    Course(
        "NEGOTIATE",
        "Negotiating with suppliers",
        "Two mornings: preparing, opening, giving something for something, and closing in writing.",
        """
        2026-12-07T09:00 12:00 CPH 12 library - z  Negotiating, first morning
        2026-12-08T09:00 12:00 CPH 12 library - z  Negotiating, second morning
        2027-01-18T09:00 12:00 CPH 12 library - z  Negotiating, first morning (January)
        2027-01-19T09:00 12:00 CPH 12 library - z  Negotiating, second morning (January)
        """,
    ),
    Course(
        "EXCEL",
        "Spreadsheets for planners",
        "Tables, lookups and charts that stay right when the numbers change. Bring your laptop.",
        """
        2026-12-04T13:00 16:00 CPH 16 studio teams r  Tables and lookups
        2026-12-11T13:00 16:00 CPH 16 studio teams r  Charts that explain
        2027-01-15T13:00 16:00 CPH 16 studio teams r  Tables and lookups (January)
        2027-01-22T13:00 16:00 CPH 16 studio teams r  Charts that explain (January)
        """,
    ),
    Course(
        "LEAD",
        "First-time team leads",
        "Six months in four meetings: delegating, feedback, difficult conversations, priorities.",
        """
        2026-12-10T09:00 15:00 CPH 20 harbour - z  Delegating
        2027-01-21T09:00 15:00 CPH 20 harbour - z  Feedback
        2027-03-18T09:00 15:00 CPH 20 harbour - z  Difficult conversations
        2027-04-08T09:00 15:00 CPH 20 harbour - z  Priorities
        """,
    ),
    Course(
        "WRITING",
        "Writing so that people read it",
        "Shorter, clearer, kinder: mails, reports and minutes, on your own texts.",
        """
        2026-11-30T13:30 15:30 CPH 12 library teams z  Mails
        2026-12-14T13:30 15:30 CPH 12 library teams z  Reports
        2027-01-11T13:30 15:30 CPH 12 library teams z  Mails (January)
        2027-01-25T13:30 15:30 CPH 12 library teams z  Reports (January)
        """,
    ),
    Course(
        "PROJECT",
        "Project basics",
        "From an idea to a plan that survives its first week; for everybody who leads a project.",
        """
        2026-12-15T09:00 16:00 CPH 24 workshop - r  Plans that survive
        2027-01-20T09:00 16:00 CPH 24 workshop - r  Risks and people
        2027-02-03T09:00 16:00 CPH 24 workshop - r  Closing well
        """,
    ),
    Course(
        "PHISHING",
        "Recognising phishing",
        "Forty-five minutes with real examples. Everybody attends once a year.",
        """
        2026-12-02T13:00 13:45 LON 100 online teams z  Recognising phishing, Europe
        2026-12-08T10:00 10:45 NYC 100 online teams r  Recognising phishing, Americas
        2026-12-10T10:00 10:45 TYO 100 online teams r  Recognising phishing, Asia
        2027-01-12T14:00 14:45 KOL 60 online teams r  Recognising phishing, India
        2027-01-12T14:00 14:45 SAO 60 online teams z  Recognising phishing, Brazil
        """,
    ),
    Course(
        "PRESENT",
        "Presenting with confidence",
        "On camera and off: every participant presents twice and sees the recording.",
        """
        2026-12-03T13:00 16:00 CPH 8 studio - r  Presenting, on camera
        2026-12-16T09:00 12:00 CPH 16 studio - z  Presenting, to a room
        2027-01-26T09:00 12:00 CPH 16 studio - z  Presenting, to a room (January)
        """,
    ),
    Course(
        "TOKYO",
        "Working with our partners in Japan",
        "Evening in Aarhus is early morning in Tokyo: how we meet, decide and write together.",
        """
        2026-12-16T16:00 17:30 TYO 25 online teams r  Meeting and deciding
        2027-01-20T16:30 17:30 TYO 25 online teams z  Writing together
        2027-04-07T16:00 17:30 TYO 25 online teams z  Meeting and deciding (April)
        """,
    ),
    Course(
        "INTERVIEW",
        "Fair interviewing",
        "Questions that predict performance, notes that stand, and a decision without favourites.",
        """
        2026-12-09T09:30 12:00 NYC 14 newyork teams z  Fair interviewing
        2027-01-13T09:30 12:00 NYC 14 newyork teams z  Fair interviewing (January)
        2027-03-10T09:30 12:00 NYC 14 newyork teams z  Fair interviewing, before summer time
        2027-03-17T09:30 12:00 NYC 14 newyork teams z  Fair interviewing, after summer time
        """,
    ),
    Course(
        "SUPPORT",
        "Support desk: difficult conversations",
        "Staying friendly and clear when the other side is neither. Role play in small groups.",
        """
        2026-12-04T10:00 12:30 LON 10 boardroom - z  Difficult conversations, morning
        2026-12-17T13:30 16:00 LON 10 boardroom teams z  Difficult conversations, afternoon
        2027-01-29T10:00 12:30 LON 10 boardroom - z  Difficult conversations, January
        2027-04-09T10:00 12:30 LON 10 boardroom teams z  Difficult conversations, April
        """,
    ),
    Course(
        "FORKLIFT",
        "Forklift: theory and practice",
        "Theory in the morning, driving in the afternoon. Safety shoes are compulsory.",
        """
        2026-12-18T08:00 15:30 CPH 8 yard - r  Forklift, December
        2027-02-05T08:00 15:30 CPH 8 yard - r  Forklift, February
        2027-03-25T09:00 12:00 CPH 24 workshop - r  Forklift refresher, before summer time
        2027-04-01T09:00 12:00 CPH 24 workshop - r  Forklift refresher, after summer time
        """,
    ),
    Course(
        "DRILL",
        "Night drills",
        "The plant and the computer rooms at night, when the telephone is the only colleague.",
        """
        2027-03-13T22:00 2027-03-14T06:00 NYC 12 operations teams r  Switch-over drill, New York
        2027-03-27T22:00 2027-03-28T06:00 CPH 40 auditorium - r  Fire drill, Aarhus
        """,
    ),
)
