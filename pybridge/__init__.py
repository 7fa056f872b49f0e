"""Living Inference: theorems read out of Lean, checked on real language models."""
