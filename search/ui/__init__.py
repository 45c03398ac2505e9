"""The page: search tab, result cards, texts in Russian and English."""
