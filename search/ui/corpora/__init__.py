"""The «Корпуса» tab, where people add texts of their own, and the choice of where to search."""
