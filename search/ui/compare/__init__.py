"""The «Сравнение» tab: one query, two settings, a blind vote."""
