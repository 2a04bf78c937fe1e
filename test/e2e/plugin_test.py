"""A plugin of a third party: the example is built outside of the source tree with what `cmake --install` puts in place,
loaded, asked, unloaded, and its mistakes stay its own."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support import PATIENCE, Broker, equal, wait_for

compiler = shutil.which("c++")
if not compiler or not shutil.which("mosquitto_pub"):
    print("c++ or mosquitto_pub is not installed")
    sys.exit(77)

source = Path(__file__).resolve().parent.parent / "plugin" / "doorman.cpp"
work = tempfile.TemporaryDirectory()
root, libraries = Path(work.name) / "root", Path(work.name) / "plugins"
libraries.mkdir()
subprocess.run(["cmake", "--install", str(Path(sys.argv[1]).parent), "--prefix", "/usr"], check=True,
               capture_output=True, env={**os.environ, "DESTDIR": str(root)}, timeout=PATIENCE)


def build(include, name, *options):
    subprocess.run([compiler, "-std=c++20", "-Wall", "-Wextra", "-shared", "-fPIC", *options, "-I", str(include), "-o",
                    str(libraries / name), str(source)], check=True, timeout=120)


build(root / "usr/include", "doorman.so")


def publishes(broker, topic, *args):
    """Whether the broker takes the message: with MQTT 5 the client sees a refusal."""
    text = [] if "-m" in args else ["-m", "x"]
    done = subprocess.run(["mosquitto_pub", "-V", "5", "-q", "1", "-p", str(broker.port), "-t", topic, *text, *args],
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode == 0 and not any(w in done.stderr + done.stdout for w in ("Not authorized", "failed"))


def was_alarmed(broker, why):
    """Whether an alarm about it is over."""
    return why in str(broker.api("/alarms/deactivated"))


def hears(broker, topic, *publish):
    """What a subscriber of the topic gets of a message, and whether its publisher was told that it is taken."""
    sub = subprocess.Popen(["mosquitto_sub", "-i", "ear", "-q", "1", "-p", str(broker.port), "-t", topic, "-t", "fence", "-C", "1",
                            "-W", "20", "-F", "%t %q %r %p", "-u", "owner", "-P", "sesame"], stdout=subprocess.PIPE, text=True)
    broker.wait_subscribed("ear")
    taken = publishes(broker, *publish)
    publishes(broker, "fence", "-u", "owner", "-P", "sesame")
    heard = sub.communicate(timeout=PATIENCE)[0].strip()
    return heard, taken


def plugin(broker):
    return [p for p in broker.api("/plugins")[0]["plugins"] if p["name"] == "doorman"]


def alarms(broker):
    return [a for node in broker.api("/alarms/activated") for a in node["alarms"] if "doorman" in str(a)]


guest = ["-u", "guest", "-P", "sesame"]
lines = [f"plugins.dir = {libraries}", "plugin.doorman.word = sesame", "allow_anonymous = false",
         "acl_nomatch = deny", "log.level = info"]

with Broker([*lines, "plugins.load = doorman", "log.to = file", f"log.dir = {work.name}"]) as broker:
    equal([(p["active"], p["type"], p["version"], p["description"]) for p in plugin(broker)],
          [(True, "auth", "1.0", "Lets in who knows the word")])
    equal(publishes(broker, "guest/a", *guest), True)
    equal(publishes(broker, "others/a", *guest), False)
    equal(publishes(broker, "others/a", "-u", "owner", "-P", "sesame"), True)  # a superuser
    equal(publishes(broker, "guest/a", "-u", "guest", "-P", "wrong"), False)
    equal(publishes(broker, "guest/a"), False)  # the doorman does not know, and nobody else does

    # It sees each message, and may change or stop it.
    equal(hears(broker, "guest/#", "guest/a", *guest, "-r"), ("guest/a 1 0 x -- guest", True))
    equal(hears(broker, "upstairs", "guest/lift", *guest), ("upstairs 0 0 x", True))
    equal(hears(broker, "guest/b", "guest/b", *guest, "-m", "a secret"), ("fence 1 0 x -- owner", False))
    equal(publishes(broker, "guest/a", *guest, "-m", "a secret", "-q", "2"), False)
    equal(hears(broker, "guest/c", "guest/c", *guest, "-m", "crash"), ("guest/c 1 0 crash", True))  # as it was
    wait_for(lambda: was_alarmed(broker, "tripped over a message"), "the alarm of the crash and its end")

    # What it throws is an alarm and a refusal, and the next guest is served.
    equal(publishes(broker, "crash/a", "-u", "crash", "-P", "sesame"), False)
    wait_for(lambda: alarms(broker), "the alarm of the crash")
    equal(publishes(broker, "guest/a", *guest), True)
    wait_for(lambda: not alarms(broker), "the end of the alarm")

    # It is told of events, and what it throws then is an alarm, too.
    hears(broker, "guest/d", "guest/d", *guest)
    for line in ("ear has come", "ear listens guest/d", "ear has heard guest/d", "ear has gone normal"):
        wait_for(lambda: "[doorman] " + line in (Path(work.name) / "troupe.log").read_text(), line)
    equal(hears(broker, "crash/event", "crash/event", "-u", "owner", "-P", "sesame")[1], True)
    wait_for(lambda: was_alarmed(broker, "does not want to know"), "the alarm of the crash and its end")

    # One that throws each time does not fill the disk.
    gone = (Path(work.name) / "troupe.log").read_text().count("ear has gone")
    sub = subprocess.Popen(["mosquitto_sub", "-i", "ear", "-q", "1", "-p", str(broker.port), "-t", "crash/event", "-C", "300",
                            "-W", "20", "-u", "owner", "-P", "sesame"], stdout=subprocess.DEVNULL)
    broker.wait_subscribed("ear")
    subprocess.run(["mosquitto_pub", "-q", "1", "-p", str(broker.port), "-t", "crash/event", "-l", "-u", "owner", "-P", "sesame"],
                   input="x\n" * 300, text=True, check=True, timeout=PATIENCE)
    equal(sub.wait(PATIENCE), 0)
    wait_for(lambda: (Path(work.name) / "troupe.log").read_text().count("ear has gone") > gone, "the last event")
    crashes = (Path(work.name) / "troupe.log").read_text().count("has crashed when it was told")
    assert 0 < crashes < 150, crashes  # ten a second

    # Unloading and loading take effect at once, and survive a restart.
    broker.api("/plugins/doorman/unload", "PUT")
    equal(publishes(broker, "guest/a", *guest), False)
    broker.restart()
    equal([p["active"] for p in plugin(broker)], [False])
    equal(publishes(broker, "guest/a", *guest), False)
    broker.api("/plugins/doorman/load", "PUT")
    equal(publishes(broker, "guest/a", *guest), True)

    # Loading it anew gives it the settings that stand there now.
    text = broker.config.read_text()
    broker.config.write_text(text.replace("doorman.word = sesame", "doorman.word = aladdin"))
    equal(publishes(broker, "guest/a", *guest), True)
    broker.api("/plugins/doorman/reload", "PUT")
    equal(publishes(broker, "guest/a", *guest), False)
    equal(publishes(broker, "guest/a", "-u", "guest", "-P", "aladdin"), True)

# What it throws when it is asked about a topic, or a verdict that is none, refuses that topic, whatever acl.conf says.
with Broker([*lines, "acl_nomatch = allow", "plugins.load = doorman"]) as broker:
    for topic, why in (("guest/trip", "tripped over a topic"), ("guest/mumble", "what is no verdict")):
        equal(publishes(broker, topic, *guest), False)
        wait_for(lambda: why in str(alarms(broker)), "the alarm of " + topic)
        equal(publishes(broker, "guest/a", *guest), True)
        wait_for(lambda: was_alarmed(broker, why) and not alarms(broker), "the end of the alarm of " + topic)

# One of another version, and what is no plugin, are refused by their names and do no harm.
other = Path(work.name) / "other"
shutil.copytree(root / "usr/include", other)
header = other / "troupe/plugin/plugin.hpp"
header.write_text(header.read_text().replace("interface_version = 3;", "interface_version = 2;"))
build(other, "doorman.so")
(libraries / "text.so").write_text("no library")
with tempfile.TemporaryDirectory() as folder:
    log = Path(folder) / "troupe.log"
    with Broker([*lines, "log.to = file", f"log.dir = {folder}"]) as broker:
        equal(plugin(broker), [])
    text = log.read_text()
    assert "doorman.so is refused: it is built for version 2 of the interface, this broker has 3" in text, text
    assert "text.so is refused" in text, text

# So is one with strings of another make: it would read rubbish.
build(root / "usr/include", "doorman.so", "-D_GLIBCXX_USE_CXX11_ABI=0")
with tempfile.TemporaryDirectory() as folder:
    with Broker([*lines, "log.to = file", f"log.dir = {folder}"]) as broker:
        equal(plugin(broker), [])
    text = (Path(folder) / "troupe.log").read_text()
    assert "doorman.so is refused: it is built with another layout of the standard types" in text, text
    assert "libstdc++ with the old std::string; this broker has" in text, text

# A broker that is to ask such a one does not start without it.
with tempfile.TemporaryDirectory() as folder:
    config = Path(folder) / "troupe.conf"
    config.write_text("\n".join([*lines, "plugins.load = doorman", f"node.data_dir = {folder}/data",
                                 "listener.tcp.internal = off", "listener.tcp.external = 127.0.0.1:0",
                                 "management.listener.http = off"]))
    done = subprocess.run([sys.argv[1], "--config", str(config)], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "doorman" in done.stdout + done.stderr, done
print("built, loaded, asked, crashed, unloaded and refused")
work.cleanup()
