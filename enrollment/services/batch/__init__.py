"""A whole intake at once: judged, kept until confirmed, stored whole or not at all, undone."""
