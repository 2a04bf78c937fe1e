#include "load_scenarios.hpp"
#include "load_tracker.hpp"

#include <algorithm>

namespace load {

namespace {

struct stream {
  std::string topic;
  std::uint32_t publisher = 0;
  std::uint32_t sequence = 0;
  std::uint32_t fan = 1; // deliveries of each of its messages
};

struct publisher {
  client* connection = nullptr;
  std::vector<std::uint32_t> streams;
  std::size_t next = 0;         // of its streams
  std::int64_t outstanding = 0; // deliveries that have not arrived yet
  std::int64_t allowed = 0;     // of them at a time
};

bool matches(std::string_view filter, std::string_view topic) {
  for (;;) {
    const auto level = filter.substr(0, filter.find('/'));
    if (level == "#")
      return true;
    const auto name = topic.substr(0, topic.find('/'));
    if (level != "+" && level != name)
      return false;
    const bool filter_ends = level.size() == filter.size();
    const bool topic_ends = name.size() == topic.size();
    if (filter_ends || topic_ends)
      return (filter_ends && topic_ends) || filter.substr(level.size()) == "/#";
    filter.remove_prefix(level.size() + 1);
    topic.remove_prefix(name.size() + 1);
  }
}

// w/a/b/c/d/x/y/z with the decimal digits of `n` as a to d
std::string wildcard_topic(unsigned n) {
  std::string topic = "w";
  for (unsigned divisor = 1000; divisor > 0; divisor /= 10)
    topic += '/' + std::to_string(n / divisor % 10);
  return topic + "/x/y/z";
}

std::string wildcard_filter(unsigned n) {
  const auto digit = std::to_string(n / 5 % 10);
  switch (n % 5) {
    case 0: return "w/" + digit + "/#";
    case 1: return "w/+/" + digit + "/+/+/#";
    case 2: return "w/" + digit + "/+/" + std::to_string(n / 50 % 10) + "/#";
    case 3: return "+/+/+/+/" + digit + "/x/y/z";
    default: return wildcard_topic(n * 97);
  }
}

class traffic : observer {
public:
  explicit traffic(const options& o)
      : options_(o), loop_(o, *this), payload_(std::max<std::size_t>(o.size, stamp_size), 'x') {
    if (o.scenario == "pairs")
      make_pairs();
    else if (o.scenario == "fanout")
      make_fanout();
    else if (o.scenario == "fanin")
      make_fanin();
    else
      make_wildcard();
    tracker_ = tracker((options_.share > 0 ? 1 : subscribers_) * streams_.size());
    set_windows();
  }

  bool run(report& r) {
    std::vector<client*> all;
    for (std::size_t i = 0; i < loop_.size(); ++i)
      all.push_back(&loop_.at(i));
    if (!loop_.connect_all(all, 60))
      return false;
    sending_ = true;
    began_ = now_ns();
    go(options_.warmup);
    const auto before = sample(options_.broker_pid);
    const auto received = received_;
    measuring_ = true;
    go(options_.duration);
    measuring_ = false;
    const auto after = sample(options_.broker_pid);
    const auto measured = received_ - received;
    sending_ = false;
    loop_.run(10, [this] { return received_ >= expected_ && unacknowledged() == 0; });
    tell(r, before, after, measured);
    return true;
  }

private:
  client& add_subscriber(std::string filter) {
    auto& c = loop_.add("sub" + std::to_string(subscribers_++));
    c.filters.push_back(std::move(filter));
    return c;
  }

  void add_publishers(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      publishers_.push_back({&loop_.add("pub" + std::to_string(i)), {}, 0, 0, 0});
  }

  void add_stream(std::string topic, unsigned fan) {
    const auto index = static_cast<std::uint32_t>(streams_.size());
    const auto owner = static_cast<std::uint32_t>(index % publishers_.size());
    streams_.push_back({std::move(topic), owner, 0, fan});
    publishers_[owner].streams.push_back(index);
  }

  // Subscribers come first, so that a client's index is the subscriber's number.
  void make_pairs() {
    for (unsigned i = 0; i < options_.pubs; ++i)
      add_subscriber(options_.prefix + "p/" + std::to_string(i));
    add_publishers(options_.pubs);
    for (unsigned i = 0; i < options_.pubs; ++i)
      add_stream("p/" + std::to_string(i), 1);
  }

  void make_fanout() {
    for (unsigned i = 0; i < options_.subs; ++i)
      add_subscriber("fan/out");
    add_publishers(1);
    add_stream("fan/out", options_.subs);
  }

  void make_fanin() {
    for (unsigned i = 0; i < std::max(1U, options_.share); ++i)
      add_subscriber(options_.share > 0 ? "$share/group/in/+" : "in/+");
    add_publishers(options_.pubs);
    for (unsigned i = 0; i < options_.pubs; ++i)
      add_stream("in/" + std::to_string(i), 1);
  }

  void make_wildcard() {
    std::vector<std::string> filters;
    for (unsigned i = 0; i < options_.subs; ++i) {
      filters.push_back(wildcard_filter(i));
      add_subscriber(filters.back());
    }
    add_publishers(options_.pubs);
    for (unsigned i = 0; i < options_.topics; ++i) {
      auto topic = wildcard_topic(i);
      const auto fan =
          std::count_if(filters.begin(), filters.end(), [&](const auto& f) { return matches(f, topic); });
      if (fan > 0) // a message that nobody gets would never be waited for
        add_stream(std::move(topic), static_cast<unsigned>(fan));
    }
  }

  void set_windows() {
    for (auto& p : publishers_) {
      std::int64_t fans = 0;
      for (const auto s : p.streams)
        fans += streams_[s].fan;
      p.allowed =
          std::max<std::int64_t>(1, options_.window * fans / static_cast<std::int64_t>(p.streams.size()));
    }
  }

  std::uint64_t unacknowledged() const {
    std::uint64_t sum = 0;
    for (const auto& p : publishers_)
      sum += p.connection->unacknowledged();
    return sum;
  }

  void send(publisher& p, std::uint64_t due) {
    auto& s = streams_[p.streams[p.next]];
    put_stamp(payload_, {due, p.streams[p.next], s.sequence++});
    p.next = (p.next + 1) % p.streams.size();
    p.outstanding += s.fan;
    expected_ += s.fan;
    p.connection->publish(s.topic, payload_, options_.qos, false);
  }

  void fill(publisher& p) {
    if (!sending_ || options_.rate > 0)
      return;
    while (p.outstanding < p.allowed && p.connection->unacknowledged() < options_.window &&
           p.connection->backlog() < 262144)
      send(p, now_ns());
  }

  // Runs the loop for some seconds: closed, or sending what is due by the clock.
  void go(double seconds) {
    if (options_.rate <= 0) {
      for (auto& p : publishers_)
        fill(p);
      const auto deadline = now_ns() + to_ns(seconds);
      while (now_ns() < deadline) {
        const auto received = received_;
        loop_.run(std::min(2.0, static_cast<double>(deadline - now_ns()) / 1e9));
        if (received_ == received && now_ns() < deadline)
          restart();
      }
      return;
    }
    const auto due = [this] {
      return began_ + static_cast<std::uint64_t>(1e9 / options_.rate * static_cast<double>(scheduled_));
    };
    loop_.run(seconds, [&] {
      for (const auto now = now_ns(); due() <= now; ++scheduled_)
        send_due(due());
      loop_.wake_at(due());
      return false;
    });
  }

  void send_due(std::uint64_t due) {
    auto& p = publishers_[scheduled_ % publishers_.size()];
    if (p.connection->backlog() > 4U << 20 || p.connection->unacknowledged() >= 1000 ||
        !p.connection->ready())
      ++missed_;
    else
      send(p, due);
  }

  // After two seconds of silence what is outstanding is taken for lost, or the loop would end there.
  void restart() {
    ++stalls_;
    for (auto& p : publishers_) {
      p.outstanding = 0;
      fill(p);
    }
  }

  void on_publish(client& c, const incoming& m) override {
    if (m.payload.size() != payload_.size())
      return void(++wrong_);
    const auto s = get_stamp(m.payload.data());
    if (s.stream >= streams_.size() || !m.topic.starts_with(options_.prefix) ||
        m.topic.substr(options_.prefix.size()) != streams_[s.stream].topic)
      return void(++wrong_);
    const auto receiver = options_.share > 0 ? 0 : c.index();
    if (!tracker_.arrived(receiver * streams_.size() + s.stream, s.sequence))
      return;
    ++received_;
    if (measuring_ && options_.rate > 0)
      latency_.add(m.read_at - s.due);
    auto& p = publishers_[streams_[s.stream].publisher];
    --p.outstanding;
    fill(p);
  }

  void on_published(client& c) override { fill(publishers_[c.index() - subscribers_]); }

  void on_writable(client& c) override {
    if (c.index() >= subscribers_)
      fill(publishers_[c.index() - subscribers_]);
  }

  std::uint64_t lost() {
    // Paths that no message takes (a filter that does not match) have to be left out.
    for (std::size_t s = 0; s < streams_.size(); ++s)
      for (std::size_t i = 0; i < (options_.share > 0 ? 1 : subscribers_); ++i)
        if (options_.scenario != "wildcard" || matches(loop_.at(i).filters[0], streams_[s].topic))
          if (options_.scenario != "pairs" || i == s)
            tracker_.finish(i * streams_.size() + s, streams_[s].sequence);
    return tracker_.lost();
  }

  void tell(report& r, const usage& before, const usage& after, std::uint64_t measured) {
    const auto seconds = static_cast<double>(after.at - before.at) / 1e9;
    const auto messages = static_cast<double>(measured);
    r.add("msgs_per_s", messages / seconds);
    r.add("cpu_us_per_msg", measured > 0 ? (after.broker_cpu - before.broker_cpu) * 1e6 / messages : 0);
    r.add("broker_cpu_pct", 100 * (after.broker_cpu - before.broker_cpu) / seconds);
    r.add("rss_kb", static_cast<double>(after.rss_kb));
    if (options_.rate > 0) {
      r.add("p50_us", latency_.quantile_us(0.5));
      r.add("p99_us", latency_.quantile_us(0.99));
      r.add("p999_us", latency_.quantile_us(0.999));
      r.add("missed", static_cast<double>(missed_));
    }
    r.add("expected", static_cast<double>(expected_));
    r.add("received", static_cast<double>(received_));
    r.add("lost", static_cast<double>(lost()));
    r.add("duplicates", static_cast<double>(tracker_.duplicates()));
    // Members of a shared group receive side by side, so that the group as a whole has no order.
    r.add("reordered", options_.share > 0 ? 0 : static_cast<double>(tracker_.reordered()));
    r.add("stalls", static_cast<double>(stalls_));
    r.add("wrong", static_cast<double>(wrong_));
    add_common(r, loop_, before, after);
  }

  const options& options_;
  loop loop_;
  std::string payload_;
  std::uint32_t subscribers_ = 0;
  std::vector<publisher> publishers_;
  std::vector<stream> streams_;
  tracker tracker_;
  histogram latency_;
  bool sending_ = false;
  bool measuring_ = false;
  std::uint64_t began_ = 0;
  std::uint64_t scheduled_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t expected_ = 0;
  std::uint64_t missed_ = 0;
  std::uint64_t stalls_ = 0;
  std::uint64_t wrong_ = 0;
};

} // namespace

bool run_traffic(const options& o, report& r) { return traffic(o).run(r); }

void add_common(report& r, const loop& l, const usage& before, const usage& after) {
  const auto broker = after.broker_cpu - before.broker_cpu;
  const auto others = after.machine_cpu - before.machine_cpu - broker - (after.own_cpu - before.own_cpu);
  const auto percent = 1e11 / static_cast<double>(after.at - before.at); // of a CPU, for each second used
  r.add("generator_cpu_pct", percent * (after.own_cpu - before.own_cpu));
  r.add("other_cpu_pct", std::max(0.0, percent * others));
  r.add("errors", static_cast<double>(l.errors().total()));
}

} // namespace load
