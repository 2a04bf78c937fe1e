"""mosquitto_pub and mosquitto_sub as functions."""
import subprocess

from support import PATIENCE


def pub(broker, *args):
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), *args], check=True, timeout=PATIENCE)


def sub(broker, client, *args):
    return subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-i", client, "-W", str(PATIENCE), *args],
                            stdout=subprocess.PIPE, text=True)


def lines(process):
    out, _ = process.communicate(timeout=PATIENCE + 5)
    return out.splitlines()
