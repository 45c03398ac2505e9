import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from index.errors import ModelError
from search.bert_reranker import BertReranker
from search.openvino_bert import has_bfloat16
from search.rerank import Reading, Reranker
from search.settings import Settings
from search.torch_reranker import TorchReranker

QUERY = "глубина Байкала"
PASSAGES = [
    "Байкал\nГлубина озера Байкал достигает 1642 метров.",
    "Чай заваривают кипятком.",
    "",
    "Медведь спит зимой в берлоге. " * 10,
]
CLOSE = 1e-4
"""fp32 sums come out in another order when other pairs share the batch."""


@pytest.fixture
def fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a processor without bfloat16 does."""
    monkeypatch.setattr("search.openvino_bert.has_bfloat16", lambda: False)
    monkeypatch.setattr("search.torch_reranker.has_bfloat16", lambda device: False)


@pytest.fixture
def reranker(settings: Settings, fp32: None) -> Reranker:
    return Reranker.open(settings.reranker)


@pytest.fixture(scope="module")
def plain_logits(settings: Settings) -> list[float]:
    plain = CrossEncoder(settings.reranker, device="cpu", activation_fn=torch.nn.Identity())
    return plain.predict([(QUERY, passage) for passage in PASSAGES]).tolist()


def save_cross_encoder(
    folder: Path, settings: Settings, labels: int, dtype: torch.dtype = torch.float32
) -> Path:
    """A tiny untrained cross-encoder in the plain transformers layout."""
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(Path(settings.reranker) / file, folder / file)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size()
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=labels,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).to(dtype).save_pretrained(folder)
    return folder


def test_logits_are_those_of_plain_sentence_transformers(
    reranker: Reranker, plain_logits: list[float]
) -> None:
    assert reranker.logits(QUERY, PASSAGES) == pytest.approx(plain_logits, abs=CLOSE)


@pytest.mark.skipif(not has_bfloat16(), reason="this processor has no bfloat16")
def test_bfloat16_stays_close_and_its_head_is_fp32(
    settings: Settings, plain_logits: list[float]
) -> None:
    logits = Reranker.open(settings.reranker).logits(QUERY, PASSAGES)
    spread = max(plain_logits) - min(plain_logits)
    assert logits == pytest.approx(plain_logits, abs=0.05 * spread)
    assert logits != pytest.approx(plain_logits, abs=CLOSE)
    assert logits != torch.tensor(logits).bfloat16().tolist()


def test_logits_come_in_the_order_of_the_passages(reranker: Reranker) -> None:
    forth = reranker.logits(QUERY, PASSAGES)
    back = reranker.logits(QUERY, PASSAGES[::-1])
    assert back[::-1] == pytest.approx(forth, abs=CLOSE)
    assert max(forth) - min(forth) > 10 * CLOSE


def test_the_batch_size_does_not_decide_the_logits(reranker: Reranker, settings: Settings) -> None:
    one_by_one = Reranker.open(settings.reranker, batch_size=1).logits(QUERY, PASSAGES)
    assert one_by_one == pytest.approx(reranker.logits(QUERY, PASSAGES), abs=CLOSE)


def test_torch_computes_the_same_logits_as_openvino(reranker: Reranker, settings: Settings) -> None:
    model = CrossEncoder(settings.reranker, device="cpu", activation_fn=torch.nn.Identity())
    by_torch = TorchReranker.around(model, batch_size=2)
    assert type(reranker) is BertReranker
    assert by_torch.fingerprint == reranker.fingerprint
    assert by_torch.max_tokens == reranker.max_tokens
    assert by_torch.read(QUERY, PASSAGES) == [
        Reading(pytest.approx(reading.logit, abs=CLOSE), reading.cut)
        for reading in reranker.read(QUERY, PASSAGES)
    ]


def test_a_model_with_a_prompt_is_read_as_sentence_transformers_prepares_it(
    settings: Settings, fp32: None
) -> None:
    model = CrossEncoder(
        settings.reranker,
        device="cpu",
        activation_fn=torch.nn.Identity(),
        prompts={"ask": "вопрос "},
        default_prompt_name="ask",
    )
    expected = model.predict([(QUERY, passage) for passage in PASSAGES]).tolist()
    assert TorchReranker.around(model).logits(QUERY, PASSAGES) == pytest.approx(expected, abs=CLOSE)


def test_a_plain_bert_of_other_tokenizers_is_computed_by_openvino_too(
    tmp_path: Path, settings: Settings, fp32: None
) -> None:
    folder = str(save_cross_encoder(tmp_path, settings, labels=1))
    reranker, by_torch = Reranker.open(folder), TorchReranker(folder)
    assert not BertReranker.can_read(tmp_path)  # no settings of sentence-transformers
    assert type(reranker) is BertReranker
    assert reranker.fingerprint == by_torch.fingerprint
    expected = by_torch.logits(QUERY, PASSAGES)
    assert reranker.logits(QUERY, PASSAGES) == pytest.approx(expected, abs=CLOSE)


def test_threads_that_read_at_once_get_each_its_own_logits(reranker: Reranker) -> None:
    queries = [f"{QUERY} {number}" for number in range(8)]
    alone = [reranker.logits(query, PASSAGES) for query in queries]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda query: reranker.logits(query, PASSAGES), queries))
    assert together == [pytest.approx(logits, abs=CLOSE) for logits in alone]


def test_no_passages_have_no_logits(reranker: Reranker) -> None:
    assert reranker.logits(QUERY, []) == []


def test_logits_are_taken_before_the_sigmoid_a_model_ends_with(
    tmp_path: Path, settings: Settings, fp32: None
) -> None:
    folder = str(save_cross_encoder(tmp_path, settings, labels=1))
    with_sigmoid = CrossEncoder(folder, device="cpu", activation_fn=torch.nn.Sigmoid())
    expected = with_sigmoid.predict([(QUERY, passage) for passage in PASSAGES])
    logits = Reranker.open(folder).logits(QUERY, PASSAGES)
    assert [1 / (1 + math.exp(-x)) for x in logits] == pytest.approx(expected.tolist(), abs=1e-5)
    assert min(logits) < 0 or max(logits) > 1


def test_a_half_precision_checkpoint_is_computed_in_fp32(
    tmp_path: Path, settings: Settings, fp32: None
) -> None:
    folder = save_cross_encoder(tmp_path, settings, labels=1, dtype=torch.float16)
    model = BertForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    pair = AutoTokenizer.from_pretrained(folder)(QUERY, PASSAGES[0], return_tensors="pt")
    with torch.inference_mode():
        expected = model(**pair).logits.item()
    logit = Reranker.open(str(folder)).logits(QUERY, PASSAGES[:1])[0]
    assert logit == pytest.approx(expected, abs=1e-5)
    assert logit != torch.tensor(logit).half().item()


def test_a_passage_is_cut_when_the_pair_has_more_tokens_than_the_model_reads(
    reranker: Reranker, settings: Settings
) -> None:
    tokenizer = Tokenizer.from_file(str(Path(settings.reranker) / "tokenizer.json"))
    empty_pair = len(tokenizer.encode("кит", "").ids)
    room = reranker.max_tokens - empty_pair
    assert len(tokenizer.encode("кит", "1 " * room).ids) == reranker.max_tokens
    readings = reranker.read("кит", ["", "1 " * room, "1 " * (room + 1)])
    assert [reading.cut for reading in readings] == [False, False, True]


def test_what_lies_behind_the_cut_is_not_read(reranker: Reranker) -> None:
    room = reranker.max_tokens
    long, longer = "1 " * room, "1 " * room + "Глубина озера Байкал достигает 1642 метров."
    readings = reranker.read(QUERY, ["1 " * 5, long, longer])
    assert [reading.cut for reading in readings] == [False, True, True]
    short_logit, long_logit, longer_logit = (reading.logit for reading in readings)
    assert longer_logit == pytest.approx(long_logit, abs=CLOSE)
    assert abs(short_logit - long_logit) > 10 * CLOSE


def test_a_two_label_cross_encoder_is_refused(tmp_path: Path, settings: Settings) -> None:
    folder = str(save_cross_encoder(tmp_path, settings, labels=2))
    with pytest.raises(ModelError) as error:
        Reranker.open(folder)
    message = str(error.value)
    assert repr(folder) in message
    assert "has 2 outputs, one is needed" in message
    assert "RERANKER" in message


def test_a_missing_model_names_it_where_it_looked_and_the_variable() -> None:
    with pytest.raises(ModelError) as error:
        Reranker.open("/no/such")
    message = str(error.value)
    assert "The reranker '/no/such' can't be loaded" in message
    assert "looked in the folder /no/such (not there), the local cache and the model hub" in message
    assert "Set RERANKER to a model folder or hub name" in message


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        Reranker.open(str(tmp_path))
    message = str(error.value)
    assert f"looked in the folder {tmp_path}." in message
    assert "(not there)" not in message
    assert "RERANKER" in message
