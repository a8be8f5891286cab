"""xiaozhi: speakers with the open xiaozhi firmware."""
