"""What a system says, in other tools' languages: one file per language."""
