"""What it takes to run for months: many streams, many connections, and everything that comes and goes."""
