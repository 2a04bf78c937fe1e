#include "load_scenarios.hpp"
#include "load_tracker.hpp"

#include <algorithm>

namespace load {

namespace {

double seconds_between(const usage& a, const usage& b) { return static_cast<double>(b.at - a.at) / 1e9; }

double cpu_us(const usage& a, const usage& b) { return (b.broker_cpu - a.broker_cpu) * 1e6; }

double rss_growth(const usage& a, const usage& b) {
  return (static_cast<double>(b.rss_kb) - static_cast<double>(a.rss_kb)) * 1024;
}

std::vector<client*> add_clients(loop& l, unsigned count) {
  std::vector<client*> all;
  for (unsigned i = 0; i < count; ++i)
    all.push_back(&l.add("client" + std::to_string(i)));
  return all;
}

// Leaves and comes back as soon as it is connected.
struct comer : observer {
  void on_ready(client& c) override {
    connected.push_back(&c);
    ++count;
  }
  std::vector<client*> connected;
  std::uint64_t count = 0;
};

// storm: counts what the sessions receive after they came back.
struct storm : observer {
  explicit storm(const options& o) : queued(o.clients) {}
  void on_publish(client& c, const incoming& m) override {
    if (m.payload.size() < stamp_size)
      return;
    const auto s = get_stamp(m.payload.data());
    if (s.stream == c.index() && s.stream < clients && queued.arrived(s.stream, s.sequence))
      ++received;
  }
  void on_published(client&) override { ++acknowledged; }
  tracker queued;
  std::size_t clients = 0;
  std::uint64_t received = 0;
  std::uint64_t acknowledged = 0;
};

// Publishes `messages` to each of the topics, with at most `window` unacknowledged.
bool fill_queues(loop& l, storm& watcher, client& publisher) {
  const auto& o = l.settings();
  std::string payload(std::max<std::size_t>(o.size, stamp_size), 'x');
  const std::uint64_t total = std::uint64_t{o.clients} * o.messages;
  std::uint64_t sent = 0;
  return l.run(120, [&] {
    for (; sent < total && publisher.unacknowledged() < o.window; ++sent) {
      const auto stream = static_cast<std::uint32_t>(sent % o.clients);
      put_stamp(payload, {0, stream, static_cast<std::uint32_t>(sent / o.clients)});
      publisher.publish("storm/" + std::to_string(stream), payload, 1, false);
    }
    return watcher.acknowledged == total;
  });
}

} // namespace

bool run_connections(const options& o, report& r) {
  observer nobody;
  loop l(o, nobody);
  auto all = add_clients(l, o.clients);
  for (unsigned i = 0; i < o.clients; ++i)
    for (unsigned f = 0; f < o.filters; ++f)
      all[i]->filters.push_back("conn/" + std::to_string(i) + '/' + std::to_string(f));
  const auto before = sample(o.broker_pid);
  if (!l.connect_all(all, 120))
    return false;
  const auto connected = sample(o.broker_pid);
  l.run(o.hold);
  const auto idle = sample(o.broker_pid);
  r.add("connects_per_s", o.clients / seconds_between(before, connected));
  r.add("cpu_us_per_connect", cpu_us(before, connected) / o.clients);
  r.add("rss_bytes_per_conn", rss_growth(before, idle) / o.clients);
  r.add("idle_cpu_pct", cpu_us(connected, idle) / 1e4 / seconds_between(connected, idle));
  add_common(r, l, before, idle);
  return true;
}

bool run_connect_rate(const options& o, report& r) {
  comer watcher;
  loop l(o, watcher);
  for (auto* c : add_clients(l, o.clients))
    l.connect(*c);
  const auto come_and_go = [&] {
    for (auto* c : watcher.connected) {
      c->close();
      l.connect(*c);
    }
    watcher.connected.clear();
    return l.errors().total() > 0;
  };
  l.run(o.warmup, come_and_go);
  const auto before = sample(o.broker_pid);
  const auto count = watcher.count;
  l.run(o.duration, come_and_go);
  const auto after = sample(o.broker_pid);
  const auto connects = static_cast<double>(watcher.count - count);
  r.add("connects_per_s", connects / seconds_between(before, after));
  r.add("cpu_us_per_connect", connects > 0 ? cpu_us(before, after) / connects : 0);
  add_common(r, l, before, after);
  return true;
}

bool run_storm(const options& given, report& r) {
  options o = given;
  o.qos = 1;
  storm watcher(o);
  loop l(o, watcher);
  watcher.clients = o.clients;
  auto sessions = add_clients(l, o.clients);
  for (auto* c : sessions) {
    c->clean = false;
    c->filters.push_back("storm/" + std::to_string(c->index()));
  }
  auto& publisher = l.add("publisher");
  if (!l.connect_all(sessions, 60) || !l.connect_all({&publisher}, 10))
    return false;
  for (auto* c : sessions)
    c->close();
  l.run(0.5); // the broker reads their DISCONNECT packets
  const auto empty = sample(o.broker_pid);
  if (!fill_queues(l, watcher, publisher))
    return false;
  const auto full = sample(o.broker_pid);
  const auto messages = static_cast<double>(o.clients) * o.messages;
  if (!l.connect_all(sessions, 120))
    return false;
  const auto back = sample(o.broker_pid);
  for (std::uint64_t last = ~0ULL;
       watcher.received != last;) { // until all are there, or for two silent seconds
    last = watcher.received;
    if (l.run(2, [&] { return watcher.received >= std::uint64_t{o.clients} * o.messages; }))
      break;
  }
  const auto drained = sample(o.broker_pid);
  unsigned lost_sessions = 0;
  for (auto* c : sessions) {
    lost_sessions += c->session_present() ? 0 : 1;
    watcher.queued.finish(c->index(), o.messages);
  }
  r.add("queued_per_s", messages / seconds_between(empty, full));
  r.add("reconnects_per_s", o.clients / seconds_between(full, back));
  r.add("msgs_per_s", static_cast<double>(watcher.received) / seconds_between(full, drained));
  r.add("queue_cpu_us_per_msg", cpu_us(empty, full) / messages);
  r.add("cpu_us_per_msg", cpu_us(full, drained) / messages);
  r.add("rss_bytes_per_queued", rss_growth(empty, full) / messages);
  r.add("lost", static_cast<double>(watcher.queued.lost()));
  r.add("duplicates", static_cast<double>(watcher.queued.duplicates()));
  r.add("reordered", static_cast<double>(watcher.queued.reordered()));
  r.add("lost_sessions", lost_sessions);
  add_common(r, l, empty, drained);
  return true;
}

} // namespace load
