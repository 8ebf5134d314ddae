"""Pages to look at: results, groups and comparisons, each in one file."""
