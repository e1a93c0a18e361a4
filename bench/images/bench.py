"""One part of the bench: `bench.py cpu|quality|memory|end-to-end|latency`, in the environment that `run` makes."""

import importlib
import sys

if __name__ == "__main__":
    importlib.import_module(sys.argv[1].replace("-", "_")).run()
