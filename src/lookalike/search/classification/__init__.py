"""Which of the user's classes a picture is of, how likely, and whether it is of none of them."""
