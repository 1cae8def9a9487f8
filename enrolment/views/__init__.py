"""Pages of enrolment: `learner` for one's own, `drafts` for what is saved while typing, `centre` for staff."""
