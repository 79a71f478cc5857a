"""The protocol with one thing changed: what the properties are worth is seen by whether they notice."""
