#include "load_scenarios.hpp"
#include "load_tracker.hpp"

#include <algorithm>
#include <random>

namespace load {

namespace {

constexpr std::size_t filters_per_packet = 100;

double seconds_between(const usage& a, const usage& b) { return static_cast<double>(b.at - a.at) / 1e9; }

double cpu_us(const usage& a, const usage& b) { return (b.broker_cpu - a.broker_cpu) * 1e6; }

// A subscription table of o.filters filters, spread over o.clients clients, and a pair of clients beside it
// that shows what changing the table does to the latency of a message.
class table : observer {
public:
  explicit table(const options& o)
      : options_(o),
        loop_(o, *this),
        holders_(o.clients),
        payload_(std::max<std::size_t>(o.size, stamp_size), 'x') {
    for (unsigned i = 0; i < o.clients; ++i) {
      connections_.push_back(&loop_.add("holder" + std::to_string(i)));
      holders_[i].filters.reserve(o.filters / o.clients + 1);
    }
    for (unsigned i = 0; i < o.filters; ++i)
      holders_[i % o.clients].filters.push_back("site/" + std::to_string(i % 100) +
                                                (i % 3 == 0 ? "/+/" : "/room/") + std::to_string(i / 100) +
                                                "/value");
    receiver_ = &loop_.add("receiver");
    receiver_->filters.push_back("beside");
    sender_ = &loop_.add("sender");
    connections_.push_back(receiver_);
    connections_.push_back(sender_);
  }

  bool run(report& r) {
    if (!loop_.connect_all(connections_, 30))
      return false;
    const auto before = sample(options_.broker_pid);
    if (!loop_.run(120, [this] { return fill(); }))
      return false;
    const auto filled = sample(options_.broker_pid);
    churning_ = true;
    began_ = now_ns();
    for (unsigned i = 0; i < options_.clients; ++i)
      for (unsigned n = 0; n < options_.window / 2 + 1; ++n)
        change(i);
    loop_.run(options_.duration, [this] { return beside(); });
    churning_ = false;
    const auto after = sample(options_.broker_pid);
    const auto operations = static_cast<double>(answers_);
    loop_.run(5, [this] { return received_ >= sent_; });
    r.add("fill_per_s", options_.filters / seconds_between(before, filled));
    r.add("fill_cpu_us", cpu_us(before, filled) / options_.filters);
    r.add("rss_bytes_per_filter", (static_cast<double>(filled.rss_kb) - static_cast<double>(before.rss_kb)) *
                                      1024 / options_.filters);
    r.add("ops_per_s", operations / seconds_between(filled, after));
    r.add("cpu_us_per_op", operations > 0 ? cpu_us(filled, after) / operations : 0);
    r.add("p50_us", latency_.quantile_us(0.5));
    r.add("p99_us", latency_.quantile_us(0.99));
    r.add("lost", static_cast<double>(sent_ - received_));
    add_common(r, loop_, before, after);
    return true;
  }

private:
  struct holder {
    std::vector<std::string> filters;
    std::size_t subscribed = 0;
    std::size_t pending = 0;
  };

  // Sends further SUBSCRIBE packets where few are unanswered; true when all filters are subscribed to.
  bool fill() {
    bool all = true;
    for (unsigned i = 0; i < options_.clients; ++i) {
      auto& h = holders_[i];
      for (; h.pending < options_.window && h.subscribed < h.filters.size(); ++h.pending) {
        const auto count = std::min(filters_per_packet, h.filters.size() - h.subscribed);
        connections_[i]->subscribe(&h.filters[h.subscribed], count);
        h.subscribed += count;
      }
      all = all && h.pending == 0;
    }
    return all;
  }

  void change(unsigned i) {
    const auto& filter = holders_[i].filters[random_() % holders_[i].filters.size()];
    connections_[i]->unsubscribe(filter);
    connections_[i]->subscribe(&filter, 1);
    holders_[i].pending += 2;
  }

  // Publishes what is due to the pair beside the table; never true.
  bool beside() {
    if (options_.rate <= 0)
      return false;
    const auto step = static_cast<std::uint64_t>(1e9 / options_.rate);
    for (const auto now = now_ns(); began_ + sent_ * step <= now; ++sent_) {
      put_stamp(payload_, {began_ + sent_ * step, 0, static_cast<std::uint32_t>(sent_)});
      sender_->publish("beside", payload_, 0, false);
    }
    loop_.wake_at(began_ + sent_ * step);
    return false;
  }

  void on_subscribed(client& c) override {
    auto& h = holders_[c.index()];
    --h.pending;
    if (!churning_)
      return;
    ++answers_;
    if (h.pending % 2 == 0)
      change(c.index());
  }

  void on_publish(client&, const incoming& m) override {
    if (m.payload.size() != payload_.size())
      return;
    ++received_;
    latency_.add(m.read_at - get_stamp(m.payload.data()).due);
  }

  const options& options_;
  loop loop_;
  std::vector<client*> connections_; // the holders, then the pair
  std::vector<holder> holders_;
  client* receiver_ = nullptr;
  client* sender_ = nullptr;
  std::string payload_;
  histogram latency_;
  std::minstd_rand random_{12345};
  bool churning_ = false;
  std::uint64_t began_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

// retained: counts acknowledgements while storing, and each topic once per subscriber while replaying.
struct replay : observer {
  void on_published(client&) override { ++stored; }
  void on_publish(client&, const incoming& m) override {
    if (m.payload.size() >= stamp_size && m.retained)
      topics.arrived(get_stamp(m.payload.data()).stream, round);
    ++received;
  }
  explicit replay(std::size_t count) : topics(count) {}
  tracker topics;
  std::uint32_t round = 0;
  std::uint64_t stored = 0;
  std::uint64_t received = 0;
};

} // namespace

bool run_subscriptions(const options& o, report& r) { return table(o).run(r); }

bool run_retained(const options& o, report& r) {
  replay watcher(o.topics);
  loop l(o, watcher);
  auto& publisher = l.add("publisher");
  if (!l.connect_all({&publisher}, 10))
    return false;
  std::string payload(std::max<std::size_t>(o.size, stamp_size), 'x');
  const auto before = sample(o.broker_pid);
  std::uint32_t sent = 0;
  const bool all = l.run(120, [&] {
    for (; sent < o.topics && publisher.unacknowledged() < o.window; ++sent) {
      put_stamp(payload, {0, sent, 0});
      publisher.publish("kept/" + std::to_string(sent % 100) + '/' + std::to_string(sent / 100), payload, 1,
                        true);
    }
    return watcher.stored == o.topics;
  });
  if (!all)
    return false;
  const auto full = sample(o.broker_pid);
  for (; watcher.round < o.subs; ++watcher.round) {
    auto& subscriber = l.add("subscriber" + std::to_string(watcher.round));
    subscriber.filters.push_back("kept/#");
    const auto wanted = watcher.received + o.topics;
    if (!l.connect_all({&subscriber}, 60))
      return false;
    l.run(60, [&] { return watcher.received >= wanted; });
    subscriber.close();
  }
  const auto after = sample(o.broker_pid);
  for (std::size_t i = 0; i < o.topics; ++i)
    watcher.topics.finish(i, o.subs);
  const auto messages = static_cast<double>(watcher.received);
  r.add("set_per_s", o.topics / seconds_between(before, full));
  r.add("set_cpu_us_per_msg", cpu_us(before, full) / o.topics);
  r.add("rss_bytes_per_retained",
        (static_cast<double>(full.rss_kb) - static_cast<double>(before.rss_kb)) * 1024 / o.topics);
  r.add("replay_per_s", messages / seconds_between(full, after));
  r.add("cpu_us_per_msg", messages > 0 ? cpu_us(full, after) / messages : 0);
  r.add("lost", static_cast<double>(watcher.topics.lost()));
  r.add("duplicates", static_cast<double>(watcher.topics.duplicates()));
  add_common(r, l, before, after);
  return true;
}

} // namespace load
