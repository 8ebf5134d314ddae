"""What differs between two pictures of one make-up, and what that makes of them."""
