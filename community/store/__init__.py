"""The database: one metadata for all packages, its migrations, and one repository per aggregate."""
