"""A linked-data catalogue of research on aligning language models, and a tool to use it."""
