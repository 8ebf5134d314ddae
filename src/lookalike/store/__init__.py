"""Stores: the truth about a library. Nothing above this room knows SQL."""
