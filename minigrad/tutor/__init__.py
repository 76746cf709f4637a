"""The tutor: it asks, listens, answers from the lessons, and says what to do next."""
