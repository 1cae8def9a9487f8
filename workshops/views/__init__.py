"""Pages of workshops: `learner`, `sessions`, `register`, `planning`, `talking`, and the calendar file."""
