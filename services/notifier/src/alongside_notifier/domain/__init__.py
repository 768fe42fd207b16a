"""What calendars are told, and what they answer: pure functions of facts and a moment."""
