"""Taking the pupils of a school over (建库): opened, judged, confirmed by another, undone."""
