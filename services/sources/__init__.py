"""Where articles come from: fetching, schedules, health."""
