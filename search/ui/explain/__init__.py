"""Why a passage is among the hits, or where it was lost: its panel, table and texts."""
