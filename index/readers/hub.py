"""A dataset of the Hugging Face hub, or a local folder of its files -> rows, one by one."""

from collections.abc import Iterator

from index.errors import CorpusError, reason

PREFIX = "hf:"


def hub_rows(name: str, public: bool = False) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield (number from 1, row) of `hf:OWNER/NAME[:SPLIT]`; the split is train unless named.

    Rows without a column _id or id get their number for one. Rows are streamed and no code of the
    dataset is run. With `public` the hub isn't shown this machine's token, which opens its owner's
    private datasets. Raises `CorpusError` when the package `datasets` is missing, the hub can't be
    reached or the dataset can't be read.
    """
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise CorpusError(
            f"{name}: the package datasets is missing. Run pip install datasets==5.2.0"
        ) from error
    place, _, split = name.removeprefix(PREFIX).partition(":")
    try:
        token = False if public else None
        rows = load_dataset(place, split=split or "train", streaming=True, token=token)
        for number, row in enumerate(rows, 1):
            yield number, row if row.keys() & {"_id", "id"} else {"_id": number, **row}
    except ConnectionError as error:
        raise CorpusError(
            f"{name}: the hub can't be reached ({reason(error)}). Connect, unset HF_HUB_OFFLINE, "
            "or give the folder of a downloaded copy."
        ) from error
    except Exception as error:  # the library raises a dozen kinds for one fact: not readable
        raise CorpusError(
            f"{name}: can't be read as a dataset ({reason(error)}). Check the name and the split."
        ) from error
