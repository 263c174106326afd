"""Scans of papers: added by whoever may edit the case, opened by whoever sees it."""
