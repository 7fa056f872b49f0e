"""What each extracted theorem is given on a model, and the ledger of what became of it."""
