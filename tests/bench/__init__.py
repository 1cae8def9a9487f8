"""Waymark's measuring stick: its pages beside a reference page of the same learners, request by request. See docs/performance.md."""
