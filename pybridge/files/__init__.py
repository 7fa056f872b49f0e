"""Files and folders that appear whole or not at all, and digests that say what is in them."""
