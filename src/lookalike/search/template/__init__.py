"""A template in a whole library: a prefilter on small planes, then an exact search in the best files."""
