"""The propagation profile of a model: what each block does to the state and to an error, and what follows."""

from pybridge.profile.run import ProfileReport, run
from pybridge.profile.spec import ProfileRunSpec, seeds_of

__all__ = ["ProfileReport", "ProfileRunSpec", "run", "seeds_of"]
