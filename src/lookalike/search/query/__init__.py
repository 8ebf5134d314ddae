"""The question: where a picture, a URL or a palette becomes pixels."""
