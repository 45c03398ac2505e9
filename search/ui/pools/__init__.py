"""The «Пулы» tab: what is judged, how far annotators agree, and the way in and out."""
