"""Pictures from untrusted bytes: decoding in isolated workers, and the planes that describers derive."""
