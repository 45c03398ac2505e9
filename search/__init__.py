"""Online half of the product: query in, ranked and explained hits out."""

import sys

# OpenVINO tells Google Analytics of every import, and no variable keeps it from that; without this
# package, which pip installs with it, it is silent.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
