"""Files into the store: scan, read, decode, describe and commit; resumable after any kill."""
