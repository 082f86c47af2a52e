"""Whether a test's fixture has taken away itself what the test left; quicker than emptying all tables."""

import threading

by_hand = threading.Event()
