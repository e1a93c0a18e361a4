"""A thread whose fault is not lost."""

import threading
import traceback


class Actor(threading.Thread):
    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.error = None

    def run(self):
        try:
            self.work()
        except Exception as error:  # whatever it is, the run is not worth anything
            self.error = f"{type(error).__name__}: {error}"
            traceback.print_exc()
