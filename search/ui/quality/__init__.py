"""The «Качество» tab: snapshots taken, measured and compared."""
