"""The doors: command line and pages."""
