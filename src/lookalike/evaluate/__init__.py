"""The honest ruler: which method works on which pictures, how sure that is, and what it costs."""

from lookalike.callable_package import call_instead

call_instead(__name__, "lookalike.evaluate.ruler:evaluate")
