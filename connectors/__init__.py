"""The gateway: the one process that the internet reaches, with a folder for each channel."""
