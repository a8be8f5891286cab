"""What the community is: its records, the rules of each service, outside systems and the store."""
