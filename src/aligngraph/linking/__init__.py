"""The same things in other catalogues: what is looked for, where, how it is decided, and what is written."""
