"""From Open edX to Classbell: events of the event bus become courses and enrolments."""
