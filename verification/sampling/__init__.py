"""Sampling for internal verification: what a strategy promises, and the plan that follows from it. Pure, without a database."""
