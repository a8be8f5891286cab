"""Everything on one machine: trains the model, starts the four processes and keeps them running."""
