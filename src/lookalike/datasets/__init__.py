"""Pictures with what is known about them: the questions that a method is measured by."""
