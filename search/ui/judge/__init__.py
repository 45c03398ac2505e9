"""The «Разметка» tab: one passage after another, blind, at the keyboard."""
