#include "troupe/actors/bridge.hpp"

#include "../shard/log_limiter.hpp"
#include "bridge_link.hpp"
#include "bridge_queue.hpp"
#include "bridge_store.hpp"
#include "on_loop.hpp"
#include "peer_line.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp" // publish_messages
#include "troupe/actors/time_text.hpp"

#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

using sending = mqtt::client_machine::sending;

std::string random_suffix() {
  static constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> digit{0, digits.size() - 1};
  std::string out = "_";
  for (int i = 0; i < 8; ++i)
    out.push_back(digits[digit(source)]);
  return out;
}

class bridge final : public on_loop<bridge_actor>, public bridge_line_owner {
public:
  bridge(caf::actor_config& c, io_loop& loop, const bridge_surroundings& around, bridge_settings settings)
      : on_loop(c, loop),
        settings_(std::move(settings)),
        loop_(around.loop),
        alarms_(around.alarms),
        routers_(around.routers),
        cluster_(around.cluster),
        queue_(settings_.connections, {settings_.max_queue_len, settings_.max_queue_bytes},
               static_cast<std::uint64_t>(now_ms()) * 1000) {
    if (around.store)
      kept_ = std::make_unique<bridge_store<bridge>>(*this, around.store, settings_.name);
    before_ = loop.succeed(settings_.name, address());
    set_exception_handler([this](std::exception_ptr& e) { return crashed(e); });
  }

  const char* name() const override { return "bridge"; }

  void on_exit() override {
    links_.clear();
    for (auto& e : early_)
      e.promise.deliver(messages_forwarded{e.messages.size(), "the bridge has ended"});
    for (auto& [number, w] : writes_)
      w.promise.deliver(messages_forwarded{w.messages, "the bridge has ended before they were on disk"});
    if (kept_)
      kept_->flush();
    if (alarms_)
      caf::anon_send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
    alarms_ = nullptr; // these may hold this actor
    routers_.clear();
  }

protected:
  behavior_type make_behavior() override {
    if (before_) {
      set_down_handler([this](const caf::down_msg&) { start(); });
      monitor(caf::actor_cast<caf::actor>(std::exchange(before_, nullptr)));
    } else {
      start();
    }
    return {[this](forward_messages& m) { return take(m); },
            [this](const backend_query&) {
              return backend_figures{up(), links_.size(), queue_.size(), queue_.refused(), failed_};
            },
            [this](const probe_tick&) {
              for (auto& l : links_)
                l->connect();
            }};
  }

private:
  using promise_type = caf::typed_response_promise<messages_forwarded>;

  struct early {
    std::vector<mqtt::message_ptr> messages;
    promise_type promise;
  };

  struct unwritten {
    std::size_t messages; // of the request
    messages_forwarded answer;
    promise_type promise;
  };

  bool up() const {
    return std::any_of(links_.begin(), links_.end(), [](const auto& l) { return l->ready(); });
  }

  // -- the start ------------------------------------------------------------------------------------------

  void start() {
    if (alarms_) // of one of its name that has crashed
      caf::anon_send(alarms_, clear_alarm{alarm_kind::plugin, settings_.name});
    if (const auto error = make_lines(); !error.empty()) {
      log::error("[Bridge] {}: {}", settings_.name, log::printable(error));
      raise();
      loaded_ = true; // what comes waits, up to the bounds
      return;
    }
    if (kept_)
      kept_->load(
          [this](std::uint64_t number, mqtt::message_ptr m) {
            queue_.restore(number, std::move(m));
            last_restored_ = number;
          },
          [this] { connect(); });
    else
      connect();
  }

  // Why there can be none; empty: they are there.
  std::string make_lines() {
    std::string error;
    if (!settings_.peer.empty()) {
      if (!cluster_)
        return "this node makes no links to others (cluster.listen)";
      links_.push_back(std::make_unique<peer_line>(loop_, cluster_, settings_, *this));
      return error;
    }
    const auto tls = settings_.ssl ? make_bridge_tls(settings_, error) : nullptr;
    for (std::size_t i = 0; error.empty() && i < settings_.connections; ++i)
      links_.push_back(std::make_unique<bridge_link>(home().io(), settings_, client_of(i), tls, *this));
    return error; // the files may have changed since they were checked
  }

  mqtt::client_settings client_of(std::size_t link) const {
    auto c = settings_.client;
    if (settings_.random_client_id)
      c.client_id += random_suffix();
    else if (link > 0) // two connections with one id would end each other
      c.client_id += "_" + std::to_string(link);
    if (link > 0)
      c.subscriptions.clear();
    for (auto& s : c.subscriptions) { // what the bit of 3.x means
      s.options.no_local = c.bridge && !s.filter.starts_with("$share/");
      s.options.retain_as_published = c.bridge;
    }
    c.from = self_;
    return c;
  }

  // What came before goes first.
  void connect() {
    loaded_ = true;
    for (auto& e : std::exchange(early_, {}))
      add(e.messages, e.promise);
    for (auto& l : links_)
      l->connect();
  }

  caf::error crashed(std::exception_ptr& e) {
    std::string why = "unknown exception";
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& known) {
      why = known.what();
    } catch (...) {
    }
    log::error("[Bridge] {} has crashed: {}", settings_.name, log::printable(why));
    if (alarms_)
      caf::anon_send(alarms_, raise_alarm{alarm_kind::plugin, settings_.name, {}, {{"error", why}}});
    return caf::make_error(caf::sec::runtime_error, why);
  }

  // -- messages for the other broker ----------------------------------------------------------------------

  caf::result<messages_forwarded> take(forward_messages& m) {
    auto promise = make_response_promise<messages_forwarded>();
    if (loaded_)
      add(m.messages, promise);
    else
      early_.push_back({std::move(m.messages), promise});
    return promise;
  }

  // On disk first, then the answer; they may be on their way meanwhile.
  void add(const std::vector<mqtt::message_ptr>& messages, promise_type promise) {
    std::vector<std::pair<std::uint64_t, mqtt::message_ptr>> added;
    messages_forwarded answer;
    for (const auto& m : messages)
      if (const auto number = queue_.add(m))
        added.emplace_back(*number, m);
      else
        ++answer.refused;
    if (answer.refused > 0) {
      answer.error = "the queue of the bridge is full";
      complain("the queue is full", queue_.refused());
    }
    if (kept_ && settings_.disk_cache && !added.empty())
      write(added, {messages.size(), std::move(answer), std::move(promise)});
    else
      promise.deliver(std::move(answer));
    for (std::size_t i = 0; i < links_.size(); ++i)
      send_on(i);
  }

  // Its answer waits where the end of the bridge finds it, too.
  void write(const std::vector<std::pair<std::uint64_t, mqtt::message_ptr>>& added, unwritten request_of) {
    const auto number = added.front().first;
    writes_.emplace(number, std::move(request_of));
    kept_->put(added, [this, number] {
      auto w = writes_.extract(number);
      w.mapped().promise.deliver(std::move(w.mapped().answer));
    });
  }

  void send_on(std::size_t lane) {
    auto& link = *links_[lane];
    while (link.has_room()) {
      const auto m = queue_.front(lane);
      if (!m)
        return;
      queue_.take(lane);
      const auto how = m->expired(now_ms()) ? sending::sent : link.send(m);
      if (how == sending::under_way)
        continue;
      finish(m->id());
      if (how == sending::too_large)
        lose(1, "the server takes no messages of its size");
    }
  }

  void finish(std::uint64_t id) {
    const auto number = queue_.done(id);
    if (number && kept_ && (settings_.disk_cache || *number <= last_restored_))
      kept_->erase(*number);
  }

  void lose(std::uint64_t count, const char* why) {
    failed_ += count;
    complain(why, failed_);
  }

  void complain(const char* why, std::uint64_t so_far) {
    if (lines_.next(now_ms()))
      log::warning("[Bridge] {} has lost a message: {}; {} so far", settings_.name, why, so_far);
  }

  std::size_t lane_of(const bridge_line& link) const {
    const auto i =
        std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.get() == &link; });
    return static_cast<std::size_t>(i - links_.begin());
  }

  // -- the links' news --------------------------------------------------------------------------------------

  void on_ready(bridge_line& from) override {
    if (!std::exchange(told_up_, true))
      log::info("[Bridge] {} is connected", settings_.name);
    if (alarms_)
      caf::anon_send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
    told_down_ = false;
    send_on(lane_of(from));
  }

  void on_room(bridge_line& from) override { send_on(lane_of(from)); }

  void on_done(bridge_line&, const std::vector<std::uint64_t>& ids, std::uint64_t refused) override {
    for (const auto id : ids)
      finish(id);
    if (refused > 0)
      lose(refused, "the server refuses it");
  }

  void on_arrived(bridge_line& from, std::vector<mqtt::message_ptr> messages, std::uint64_t ticket) override {
    if (routers_.empty()) { // nobody has asked for them
      from.taken(ticket);
      return;
    }
    const auto lane = lane_of(from);
    request(routers_.front(), caf::infinite, publish_messages{std::move(messages)})
        .then([this, lane, ticket](const published&) { links_[lane]->taken(ticket); },
              [](const caf::error&) {}); // the broker ends
  }

  void on_failed(bridge_line&, const std::string& why) override {
    if (up() || std::exchange(told_down_, true))
      return;
    told_up_ = false;
    log::warning("[Bridge] {} is not connected to {}: {}", settings_.name, place(), log::printable(why));
    raise();
  }

  std::string place() const {
    return settings_.peer.empty() ? settings_.host + ":" + std::to_string(settings_.port) : settings_.peer;
  }

  void raise() {
    if (alarms_)
      caf::anon_send(alarms_,
                     raise_alarm{alarm_kind::resource, settings_.name, {}, {{"type", settings_.type}}});
  }

  bridge_settings settings_;
  std::shared_ptr<io_loop> loop_;
  alarms_actor alarms_; // null: nobody is told
  std::vector<router_actor> routers_;
  std::shared_ptr<const cluster_facts> cluster_; // null: no links to other nodes
  mqtt::publisher_ptr self_ = mqtt::publisher::make(settings_.name, {}, {}, {});
  bridge_queue queue_;
  std::unique_ptr<bridge_store<bridge>> kept_; // null: there is no store
  caf::strong_actor_ptr before_;               // has to end first
  std::uint64_t last_restored_ = 0;            // number; those up to it are in the store in any case
  std::vector<std::unique_ptr<bridge_line>> links_;
  std::vector<early> early_;                            // until what was kept is there
  std::unordered_map<std::uint64_t, unwritten> writes_; // under way, by the first message's number
  std::uint64_t failed_ = 0;                            // messages that the server did not want
  log_limiter lines_;
  bool loaded_ = false, told_up_ = false, told_down_ = false;
};

} // namespace

bridge_actor spawn_bridge(const bridge_surroundings& around, bridge_settings settings) {
  return spawn_on_loop<bridge>(*around.loop, std::cref(around), std::move(settings));
}

} // namespace troupe
