"""From Moodle to Classbell: events of a webhook plugin become courses, sessions and enrolments."""
