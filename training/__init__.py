"""Training of the embedded model `tiny-gpt2`. Run as `python -m training.train`; see README.md."""
