"""A simulated speaker: for tests, and for trying the gateway by hand."""
