"""What needs me now: one module a role, each with one `build` that returns plain facts for its page. Nothing writes."""
