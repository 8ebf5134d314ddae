"""The page: templates, ES modules and styles of our own, as they are sent."""
