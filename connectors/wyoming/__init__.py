"""Wyoming: speech and answers for Home Assistant and whatever else speaks its protocol."""
