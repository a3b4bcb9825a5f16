"""From the evidence to what can be said about the model. Imports ``sim``, never the reverse."""
