"""Perplexity with its protocol, and regret against a base with a confidence interval."""
