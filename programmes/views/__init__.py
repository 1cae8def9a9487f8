"""Pages of the catalogue, of contracts, of cohorts, and what a client decides."""
