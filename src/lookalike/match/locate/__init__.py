"""Template search: where a template lies in a picture."""
