"""The propagation profile of a model: what each block does to the state and to an error, and what follows."""
