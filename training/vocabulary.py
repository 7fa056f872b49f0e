"""The byte-level BPE: 256 bytes, 767 merges, one end-of-text token, learned from the training works only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from training.corpus import Work

VOCABULARY_SIZE = 1024
END_OF_TEXT = "<|endoftext|>"
END_OF_TEXT_ID = 0


def learn(works: Sequence[Work]) -> Tokenizer:
    """GPT-2's tokenizer (same byte alphabet and word splitting) with a vocabulary of VOCABULARY_SIZE."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([work.text for work in works], trainer)
    assert tokenizer.token_to_id(END_OF_TEXT) == END_OF_TEXT_ID
    assert tokenizer.get_vocab_size() == VOCABULARY_SIZE
    return tokenizer


def encode(tokenizer: Tokenizer, works: Sequence[Work]) -> np.ndarray:
    """Token ids of the works in order, each closed by END_OF_TEXT_ID. uint16, shape (tokens,)."""
    ids: list[int] = []
    for work in works:
        for line in work.text.splitlines(keepends=True):
            ids.extend(tokenizer.encode(line).ids)
        ids.append(END_OF_TEXT_ID)
    return np.array(ids, dtype=np.uint16)
