"""How the codes are used."""
