"""Free corpora by name: what they are, where their publishers keep them, and how to fetch them."""
