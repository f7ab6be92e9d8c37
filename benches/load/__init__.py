"""The load harness: runs the service against its ceilings, and prints how far below them it stays."""
