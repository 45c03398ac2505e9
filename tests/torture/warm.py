"""What a child needs, imported once by the process that children are forked from."""

import importlib
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"

for name in ("index_operation", "record_operation", "training_operation"):
    importlib.import_module(f"tests.torture.{name}")
