"""The service: what the command line asks, asked by HTTP, of one library."""
