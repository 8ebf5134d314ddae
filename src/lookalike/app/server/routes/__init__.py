"""Routes, by what they are about; each file adds its own to the application."""
