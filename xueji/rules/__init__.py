"""Rules as data: what the regulations say from which day on, and in which words."""
