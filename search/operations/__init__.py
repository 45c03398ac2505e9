"""Running the app for others: health, metrics, logs, a bounded queue, a live index, a quiet end."""
