"""`troupe ctl` against a live broker with real clients: each command, as people and as scripts see it."""
import json
import os
import shutil
import subprocess
import sys

from support import PATIENCE, Broker, equal, wait_for

if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)


def ctl(*words, status=0, **environment):
    done = subprocess.run([sys.argv[1], "ctl", *words], capture_output=True, text=True, timeout=PATIENCE,
                          env={**os.environ, **environment})
    equal((done.returncode, bool(done.stderr)), (status, status != 0))
    return done.stdout if status == 0 else done.stderr


def rows(text):
    """The rows of a table as dictionaries; columns are two blanks apart."""
    head, *lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]
    return [dict(zip(head, line)) for line in lines]


def sub(broker, client, *args):
    process = subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-i", client, "-W", str(PATIENCE), *args],
                               stdout=subprocess.PIPE, text=True)
    broker.wait_subscribed(client)
    return process


def clients(broker, run):
    one = sub(broker, "one", "-u", "alice", "-t", "a/#", "-q", "1")
    odd = sub(broker, "a/b c?ö", "-t", "e")
    table = {row["client"]: row for row in rows(run("clients", "list"))}
    equal(sorted(table), ["a/b c?ö", "one"])
    equal((table["one"]["user"], table["one"]["connected"], table["one"]["subscriptions"]), ("alice", "true", "1"))
    equal(sorted(row["clientid"] for row in json.loads(run("clients", "list", "--json"))), ["a/b c?ö", "one"])
    record = dict(line.split(": ", 1) for line in run("clients", "show", "one").splitlines())
    record = {name.strip(): value for name, value in record.items()}
    equal((record["clientid"], record["proto_name"], record["mqueue_len"]), ("one", "MQTT", "0"))
    assert "a/b c?ö" in run("clients", "show", "a/b c?ö")
    equal(ctl_error(run, "clients", "show", "nobody"), "troupe ctl: not found\n")
    equal(missing_as_json("clients", "show", "nobody"), [])
    equal(rows(run("subscriptions", "show", "one")),
          [{"client": "one", "filter": "a/#", "qos": "1", "node": "emqx@127.0.0.1"}])
    equal(run("subscriptions", "add", "one", "b/+", "1"), "ok\n")
    equal(sorted(row["filter"] for row in rows(run("subscriptions", "list"))), ["a/#", "b/+", "e"])
    equal(sorted(row["topic"] for row in rows(run("routes", "list"))), ["a/#", "b/+", "e"])
    equal(rows(run("topics", "show", "b/+")), [{"topic": "b/+", "node": "emqx@127.0.0.1"}])
    equal(run("publish", "b/x", "hello there", "1"), "ok\n")
    equal(one.stdout.readline(), "hello there\n")
    equal(run("subscriptions", "del", "one", "b/+"), "ok\n")
    equal([row["filter"] for row in rows(run("subscriptions", "show", "one"))], ["a/#"])
    odd.kill()
    odd.wait()
    one.kill()
    one.wait()
    kept = subprocess.run(["mosquitto_sub", "-p", str(broker.port), "-i", "kept", "-c", "-q", "1", "-t", "k", "-E"],
                          check=True, timeout=PATIENCE)
    equal(kept.returncode, 0)
    equal(run("clients", "kick", "kept"), "ok\n")
    equal(ctl_error(run, "clients", "kick", "kept"), "troupe ctl: not_found (code 112)\n")


def ctl_error(run, *words, status=1):
    return run(*words, status=status)


def missing_as_json(*words):
    """What a script reads of something that is not there: the API's data, and a status that tells."""
    done = subprocess.run([sys.argv[1], "ctl", "--config", config, "--json", *words], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    equal((done.returncode, done.stderr), (1, "troupe ctl: not found\n"))
    return json.loads(done.stdout)


def lost_output():
    """Output that nobody gets is no success."""
    for words in (["ctl", "--config", config, "nodes"], ["ctl", "--config", config, "status", "--json"], ["ctl", "--help"],
                  ["ctl", "completion", "bash"], ["--help"], ["--help-config"], ["--version"], ["--check", "--config", config]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.argv[1], *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
        equal((done.returncode, done.stderr), (1, "troupe: the output cannot be written\n"))


def figures(run):
    broker = run("broker")
    for name in ("sysdescr", "version", "uptime", "datetime"):
        assert any(line.startswith(name) for line in broker.splitlines()), broker
    equal([(row["node"], row["status"]) for row in rows(run("status"))], [("emqx@127.0.0.1", "Running")])
    equal([row["node"] for row in rows(run("nodes"))], ["emqx@127.0.0.1"])
    received = [line for line in run("metrics").splitlines() if line.startswith("packets.connect.received")]
    assert int(received[0].split(":")[1]) >= 3, received
    assert "connections.max" in run("broker", "stats")
    equal(json.loads(run("stats", "--json"))[0]["node"], "emqx@127.0.0.1")
    listeners = rows(run("listeners"))
    assert {"mqtt:tcp", "mqtt:ws:8083"} & {row["protocol"] for row in listeners}, listeners
    assert {"mqtt:tcp:external", "mqtt:ws:external", "http:management"} == {row["name"] for row in listeners}, listeners


def administration(run):
    def active():
        return {row["module"]: row["active"] for row in rows(run("modules", "list"))}["emqx_mod_topic_metrics"]

    equal(active(), "false")
    equal(run("modules", "load", "emqx_mod_topic_metrics"), "ok\n")
    equal(active(), "true")
    assert "code 110" in ctl_error(run, "modules", "load", "emqx_mod_topic_metrics")
    equal(run("modules", "reload", "emqx_mod_topic_metrics"), "ok\n")
    equal(run("modules", "unload", "emqx_mod_topic_metrics"), "ok\n")
    assert "HTTP 404" in ctl_error(run, "modules", "load", "none")
    equal({row["plugin"]: row["active"] for row in rows(run("plugins", "list"))}["emqx_auth_mnesia"], "false")
    equal(run("plugins", "load", "emqx_auth_mnesia"), "ok\n")
    assert "code 110" in ctl_error(run, "plugins", "load", "emqx_auth_mnesia")
    equal(run("plugins", "reload", "emqx_auth_mnesia"), "ok\n")
    equal(run("plugins", "unload", "emqx_auth_mnesia"), "ok\n")
    assert "HTTP 404" in ctl_error(run, "plugins", "load", "none")
    equal(run("listeners", "restart", "mqtt:tcp:external"), "ok\n")
    assert "not_found" in ctl_error(run, "listeners", "restart", "mqtt:tcp:none")
    secret = run("apps", "add", "robot", "Robot").split(": ")[1].strip()
    equal({row["application"]: row["name"] for row in rows(run("apps", "list"))}, {"admin": "Default", "robot": "Robot"})
    equal(rows(run("--id", "robot", "--secret", secret, "nodes"))[0]["status"], "Running")
    assert "Robot" in run("apps", "show", "robot")
    equal(run("apps", "del", "robot"), "ok\n")
    equal(ctl_error(run, "apps", "show", "robot"), "troupe ctl: not found\n")
    equal(missing_as_json("apps", "show", "robot"), {})
    assert "HTTP 401" in ctl_error(run, "--id", "robot", "--secret", secret, "nodes")


def access(broker, run):
    rules = broker.config.parent / "acl.conf"
    rules.write_text('{deny, all, publish, ["secret/#"]}.\n{allow, all}.\n')

    def publish(topic):
        return subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-V", "5", "-i", "p", "-q", "1", "-t", topic, "-m", "x"],
                              capture_output=True, text=True, timeout=PATIENCE, check=False).stderr

    equal(publish("secret/a"), "")
    equal(run("acl", "reload"), "ok\n")
    assert "uthorized" in publish("secret/a")
    with subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-i", "watcher", "-t", "#"], stdout=subprocess.DEVNULL) as sub:
        broker.wait_subscribed("watcher")
        (row,) = rows(run("acl", "cache-list", "watcher"))
        equal((row["access"], row["topic"], row["result"]), ("subscribe", "#", "allow"))
        for words in (["watcher"], ["all"], ["node", "emqx@127.0.0.1"]):
            equal(run("acl", "cache-clean", *words), "ok\n")
            equal(json.loads(run("acl", "cache-list", "watcher", "--json")), [])
        sub.terminate()
    assert "code 112" in ctl_error(run, "acl", "cache-clean", "nobody")
    rules.write_text('{allow, all}.\n{deny, nobody}.\n')
    for words in (["acl", "reload"], ["modules", "reload", "emqx_mod_acl_internal"]):
        assert "acl.conf:2: expected all" in ctl_error(run, *words)
    assert "uthorized" in publish("secret/a")  # the rules stay
    rules.unlink()
    equal(run("acl", "reload"), "ok\n")
    equal(publish("secret/a"), "")


def topic_metrics(run):
    assert "module_not_loaded" in ctl_error(run, "topic-metrics", "list")
    equal(run("modules", "load", "emqx_mod_topic_metrics"), "ok\n")
    equal(run("topic-metrics", "add", "m/a"), "ok\n")
    assert "invalid_topic_name" in ctl_error(run, "topic-metrics", "add", "m/#")
    equal(run("publish", "m/a", "x", "1"), "ok\n")
    (row,) = rows(run("topic-metrics", "list"))
    equal((row["topic"], row["in"], row["out"], row["dropped"]), ("m/a", "1", "0", "1"))
    equal(json.loads(run("topic-metrics", "list", "--json"))[0]["metrics"]["messages.qos1.in.count"], 1)
    assert "messages.qos1.in.count" in run("topic-metrics", "show", "m/a")
    equal(run("topic-metrics", "del", "m/a"), "ok\n")
    equal(ctl_error(run, "topic-metrics", "show", "m/a"), "troupe ctl: not found\n")
    equal(run("topic-metrics", "clean"), "ok\n")
    equal(run("modules", "unload", "emqx_mod_topic_metrics"), "ok\n")


def retained(broker, run):
    for topic in ("r/a", "r/b", "s"):
        subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-r", "-t", topic, "-m", "kept"], check=True,
                       timeout=PATIENCE)
    wait_for(lambda: rows(run("retainer", "info"))[0]["messages"] == "3", "the retained messages")
    table = rows(run("retainer", "topics"))
    equal([(row["topic"], row["qos"], row["bytes"]) for row in table], [("r/a", "1", "4"), ("r/b", "1", "4"), ("s", "1", "4")])
    equal(run("retainer", "clean", "r/#"), "removed : 2\n")
    equal(run("retainer", "clean"), "removed : 1\n")
    equal(json.loads(run("retainer", "topics", "--json")), [])


def alarms(run):
    equal(run("alarms", "clean"), "ok\n")
    for words in ("list", "history"):
        equal(json.loads(run("alarms", words, "--json")), [{"node": "emqx@127.0.0.1", "alarms": []}])


def bans(run):
    equal(run("banned", "add", "clientid", "a/b c"), "ok\n")
    equal(run("banned", "add", "peerhost", "192.0.2.1", "4102444800", "a reason"), "ok\n")
    table = {row["who"]: row for row in rows(run("banned", "list"))}
    equal((table["a/b c"]["kind"], table["a/b c"]["by"], table["a/b c"]["reason"]), ("clientid", "user", "undefined"))
    equal((table["192.0.2.1"]["until"], table["192.0.2.1"]["reason"]), ("4102444800", "a reason"))
    equal(run("banned", "del", "clientid", "a/b c"), "ok\n")
    equal(run("banned", "del", "peerhost", "192.0.2.1"), "ok\n")
    equal(json.loads(run("banned", "list", "--json")), [])
    assert "value of 'as' must be one of" in ctl_error(run, "banned", "add", "name", "x")


def log_level(run):
    equal(rows(run("log", "show")), [{"node": "emqx@127.0.0.1", "level": "warning"}])
    equal(run("log", "set-level", "debug"), "ok\n")
    equal(rows(run("log", "primary-level")), [{"node": "emqx@127.0.0.1", "level": "debug"}])
    equal(run("log", "primary-level", "error"), "ok\n")
    equal(json.loads(run("log", "show", "--json")), [{"node": "emqx@127.0.0.1", "level": "error"}])
    assert "Bad parameter: level" in ctl_error(run, "log", "set-level", "loud")
    assert "<level> is missing" in ctl_error(run, "log", "set-level", status=2)


def data(run):
    equal(run("apps", "add", "kept", "Kept").split(":")[0].strip(), "secret")
    made = json.loads(run("data", "export", "--json"))
    equal([row["file"] for row in rows(run("data", "list"))], [made["filename"]])
    equal(run("apps", "del", "kept"), "ok\n")
    equal(run("data", "import", made["filename"]), "ok\n")
    assert "Kept" in run("apps", "show", "kept")
    equal(run("apps", "del", "kept"), "ok\n")
    assert "enoent" in ctl_error(run, "data", "import", "none.json")


def many_pages(broker, run):
    args = [arg for i in range(2300) for arg in ("-t", f"page/{i}")]
    client = sub(broker, "reader", *args)
    broker.wait_subscribed("reader", 2300)
    equal(len(rows(run("subscriptions", "list"))), 2300)
    equal(len(json.loads(run("routes", "list", "--json"))), 2300)
    client.kill()
    client.wait()


def wrong_usage(run, url):
    assert "<clientid> is missing" in ctl_error(run, "clients", "kick", status=2)
    assert "one argument too many: b" in ctl_error(run, "clients", "kick", "a", "b", status=2)
    assert "qos is not a number: x" in ctl_error(run, "publish", "t", "m", "x", status=2)
    assert "no such command: fly" in ctl_error(run, "fly", status=2)
    assert 'no such command: mgmt (applications of the API are at "apps")' in ctl_error(run, "mgmt", "list", status=2)
    assert "a command is missing" in ctl_error(run, status=2)
    assert "does not answer" in ctl_error(ctl, "status", "--url", "http://127.0.0.1:1")
    assert "HTTP 401" in ctl("status", "--url", url, "--secret", "wrong", status=1)
    assert "HTTP 401" in ctl("status", "--url", url, status=1, TROUPE_CTL_SECRET="wrong")
    assert "clients kick <clientid>" in run("--help")


def completion():
    script = ctl("completion", "bash") + """
COMP_WORDS=(troupe ctl clients k); COMP_CWORD=3; _troupe; echo "${COMPREPLY[@]}"
COMP_WORDS=(troupe ctl su); COMP_CWORD=2; _troupe; echo "${COMPREPLY[@]}"
COMP_WORDS=(troupe ctl log se); COMP_CWORD=3; _troupe; echo "${COMPREPLY[@]}"
COMP_WORDS=(troupe c); COMP_CWORD=1; _troupe; echo "${COMPREPLY[@]}"
"""
    out = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    equal(out, "kick\nsubscriptions\nset-level\nctl\n")
    assert "bashcompinit" in ctl("completion", "zsh")
    assert "complete -c troupe" in ctl("completion", "fish")
    assert "bash, zsh or fish" in ctl("completion", "tcsh", status=2)


with Broker(["node.data_dir = data", "os_mon.cpu_check_interval = 1h", "os_mon.mem_check_interval = 1h"]) as running:
    config = os.path.join(running.folder.name, "troupe.conf")

    def here(*words, status=0):
        return ctl("--config", config, *words, status=status)

    clients(running, here)
    figures(here)
    administration(here)
    access(running, here)
    topic_metrics(here)
    retained(running, here)
    alarms(here)
    bans(here)
    log_level(here)
    data(here)
    many_pages(running, here)
    wrong_usage(here, f"http://127.0.0.1:{running.http}")
    completion()
    lost_output()
