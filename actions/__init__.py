"""Custom actions of the dialogue engine, one file per service."""
