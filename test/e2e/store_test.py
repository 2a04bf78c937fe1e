"""Retained messages over a restart of the broker, with mosquitto's clients."""
import shutil
import sys

from mosquitto import lines, pub, sub
from support import Broker, equal

if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)
with Broker(["retainer.storage_type = disc", "node.data_dir = data"]) as broker:
    pub(broker, "-V", "mqttv5", "-q", "1", "-r", "-t", "kept/a", "-m", "old")
    pub(broker, "-V", "mqttv5", "-q", "1", "-r", "-t", "kept/a", "-m", "new", "-D", "publish", "user-property", "name", "value")
    pub(broker, "-V", "mqttv311", "-q", "2", "-r", "-t", "kept/b", "-m", "b")
    pub(broker, "-q", "1", "-r", "-t", "kept/c", "-m", "goes")
    pub(broker, "-q", "1", "-r", "-t", "kept/c", "-n")
    pub(broker, "-q", "1", "-r", "-t", "kept/z", "-m", "last")
    for _ in range(2):
        broker.restart()
        equal(sorted(lines(sub(broker, "late", "-V", "mqttv5", "-q", "1", "-t", "kept/#", "-C", "3", "-F", "%r %t %p %P"))),
              ["1 kept/a new name:value", "1 kept/b b ", "1 kept/z last "])
