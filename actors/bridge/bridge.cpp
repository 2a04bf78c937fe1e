#include "troupe/actors/bridge.hpp"

#include "bridge_link.hpp"
#include "bridge_news.hpp"
#include "bridge_queue.hpp"
#include "bridge_store.hpp"
#include "on_loop.hpp"
#include "peer_line.hpp"
#include "troupe/actors/backend_messages.hpp"
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

constexpr std::chrono::seconds longest_settling{2};
constexpr std::size_t kept_at_once = 1'000; // messages of another bridge, in one write of the store

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
        news_(settings_, around.alarms),
        routers_(around.routers),
        cluster_(around.cluster),
        queue_(settings_.connections, {settings_.max_queue_len, settings_.max_queue_bytes},
               static_cast<std::uint64_t>(now_ms()) * 1000) {
    if (around.store)
      kept_ = std::make_unique<bridge_store<bridge>>(*this, around.store, settings_.name);
    before_ = loop.succeed(settings_.name, address());
    set_exception_handler([this](std::exception_ptr& e) { return crashed(e); });
    set_exit_handler([this](caf::exit_msg&) {
      told_to_end_ = true;
      end_if_done();
    });
  }

  const char* name() const override { return "bridge"; }

  void on_exit() override {
    links_.clear();
    for (auto& e : early_)
      e.promise.deliver(messages_forwarded{e.messages.size(), "the bridge has ended"});
    for (auto& [number, w] : writes_)
      w.promise.deliver(messages_forwarded{w.messages, "the bridge has ended before they were on disk"});
    hand_over();
    heir_ = nullptr; // these may hold this actor
    routers_.clear();
  }

protected:
  behavior_type make_behavior() override {
    if (before_) {
      follows_ = true;
      set_down_handler([this](const caf::down_msg&) {
        follows_ = false;
        start();
        end_if_done();
      });
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
            },
            [this](const retire_pool& m) { retire(m); },
            [this](const inherited_messages& m) {
              inherit(m.messages);
              start();
            }};
  }

private:
  using promise_type = caf::typed_response_promise<messages_forwarded>;
  using numbered = std::vector<std::pair<std::uint64_t, mqtt::message_ptr>>;

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
    if (std::exchange(started_, true))
      return;
    if (heir_ || told_to_end_) { // meanwhile
      hand_over();
      end_if_done();
      return;
    }
    news_.begins();
    if (const auto error = make_lines(); !error.empty()) {
      news_.cannot_begin(error);
      begin(); // what comes waits, up to the bounds
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
  void begin() {
    loaded_ = true;
    inherit(std::exchange(inherited_, {}));
    for (auto& e : std::exchange(early_, {}))
      add(e.messages, e.promise);
  }

  void connect() {
    begin();
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
    news_.crashed(why);
    return caf::make_error(caf::sec::runtime_error, why);
  }

  // -- messages for the other broker ----------------------------------------------------------------------

  caf::result<messages_forwarded> take(forward_messages& m) {
    auto promise = make_response_promise<messages_forwarded>();
    if (heir_)
      promise.delegate(heir_, std::move(m));
    else if (loaded_)
      add(m.messages, promise);
    else
      early_.push_back({std::move(m.messages), promise});
    return promise;
  }

  // Who gave them to the bridge before this one has its answer.
  void inherit(const std::vector<mqtt::message_ptr>& messages) {
    if (!loaded_) {
      inherited_.insert(inherited_.end(), messages.begin(), messages.end());
      return;
    }
    numbered added;
    for (const auto& m : messages) {
      added.emplace_back(queue_.take_over(m), m);
      if (added.size() == kept_at_once)
        keep(std::exchange(added, {}));
    }
    keep(added);
    send_on_all();
  }

  void keep(const numbered& added) {
    if (kept_ && settings_.disk_cache && !added.empty())
      kept_->put(added, [] {});
  }

  bool is_kept(std::uint64_t number) const {
    return kept_ && (settings_.disk_cache || number <= last_restored_);
  }

  // On disk first, then the answer; they may be on their way meanwhile.
  void add(const std::vector<mqtt::message_ptr>& messages, promise_type promise) {
    numbered added;
    messages_forwarded answer;
    for (const auto& m : messages)
      if (const auto number = queue_.add(m))
        added.emplace_back(*number, m);
      else
        ++answer.refused;
    if (answer.refused > 0) {
      answer.error = "the queue of the bridge is full";
      news_.lost("the queue is full", queue_.refused());
    }
    if (kept_ && settings_.disk_cache && !added.empty())
      write(added, {messages.size(), std::move(answer), std::move(promise)});
    else
      promise.deliver(std::move(answer));
    send_on_all();
  }

  // Its answer waits where the end of the bridge finds it, too.
  void write(const numbered& added, unwritten request_of) {
    const auto number = added.front().first;
    writes_.emplace(number, std::move(request_of));
    kept_->put(added, [this, number] {
      auto w = writes_.extract(number);
      w.mapped().promise.deliver(std::move(w.mapped().answer));
    });
  }

  void send_on_all() {
    for (std::size_t i = 0; i < links_.size(); ++i)
      send_on(i);
  }

  void send_on(std::size_t lane) {
    if (heir_)
      return;
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
    if (number && is_kept(*number))
      kept_->erase(*number);
  }

  void lose(std::uint64_t count, const char* why) {
    failed_ += count;
    news_.lost(why, failed_);
  }

  std::size_t lane_of(const bridge_line& link) const {
    const auto i =
        std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.get() == &link; });
    return static_cast<std::size_t>(i - links_.begin());
  }

  // -- the one that comes in its place ------------------------------------------------------------------

  // A second time it is from itself.
  void retire(const retire_pool& m) {
    if (!heir_) {
      heir_ = caf::actor_cast<bridge_actor>(m.successor);
      for (auto& e : std::exchange(early_, {}))
        e.promise.delegate(heir_, forward_messages{std::move(e.messages)});
      if (!started_) // what it inherits itself is to come
        return;
      settles_ = up() && queue_.under_way() > 0;
      if (settles_) {
        delayed_send(this, longest_settling, m);
        return;
      }
    }
    hand_over();
    end_if_done();
  }

  // There may be messages to come from the one before it, for its heir if it has one.
  void end_if_done() {
    if (told_to_end_ && started_ && !settles_ && !(heir_ && follows_))
      quit(caf::exit_reason::user_shutdown);
  }

  // Not at once: a link is calling.
  void go_on_settling() {
    if (settles_ && (queue_.under_way() == 0 || !up()))
      send(this, retire_pool{caf::actor_cast<caf::strong_actor_ptr>(heir_)});
  }

  void hand_over() {
    settles_ = false;
    if (std::exchange(over_, true))
      return;
    links_.clear();
    if (kept_)
      kept_->flush();
    leave_messages();
    news_.ends(); // alarms of its name are the heir's from now on
  }

  void leave_messages() {
    auto left = std::exchange(inherited_, {});
    for (const auto& [number, m] : queue_.all())
      if (!is_kept(number))
        left.push_back(m);
    if (heir_)
      caf::anon_send(heir_, inherited_messages{std::move(left)});
    else if (!left.empty())
      news_.ends_with(left.size());
  }

  // -- the links' news --------------------------------------------------------------------------------------

  void on_ready(bridge_line& from) override {
    const auto lane = lane_of(from);
    news_.connected(lane);
    send_on(lane);
  }

  void on_room(bridge_line& from) override { send_on(lane_of(from)); }

  void on_done(bridge_line&, const std::vector<std::uint64_t>& ids, std::uint64_t refused) override {
    for (const auto id : ids)
      finish(id);
    if (refused > 0)
      lose(refused, "the server refuses it");
    go_on_settling();
  }

  void on_arrived(bridge_line& from, std::vector<mqtt::message_ptr> messages, std::uint64_t ticket) override {
    if (routers_.empty()) { // nobody has asked for them
      from.taken(ticket);
      return;
    }
    const auto lane = lane_of(from);
    request(routers_.front(), caf::infinite, publish_messages{std::move(messages)})
        .then(
            [this, lane, ticket](const published&) {
              if (lane < links_.size())
                links_[lane]->taken(ticket);
            },
            [](const caf::error&) {}); // the broker ends
  }

  void on_dropped(bridge_line&, const mqtt::client_machine::dropped& m) override {
    ++failed_;
    news_.dropped(m, failed_);
  }

  void on_given_up(bridge_line&, const mqtt::message& m, const std::string& why) override {
    finish(m.id());
    ++failed_;
    news_.gave_up(m, why, failed_);
  }

  void on_failed(bridge_line& from, const std::string& why) override {
    go_on_settling();
    if (up())
      news_.lane_is_down(lane_of(from), links_.size(), why);
    else
      news_.is_down(why);
  }

  bridge_settings settings_;
  std::shared_ptr<io_loop> loop_;
  bridge_news news_;
  std::vector<router_actor> routers_;
  std::shared_ptr<const cluster_facts> cluster_; // null: no links to other nodes
  mqtt::publisher_ptr self_ = mqtt::publisher::make(settings_.name, {}, {}, {});
  bridge_queue queue_;
  std::unique_ptr<bridge_store<bridge>> kept_; // null: there is no store
  caf::strong_actor_ptr before_;               // has to end first
  std::uint64_t last_restored_ = 0;            // number; those up to it are in the store in any case
  std::vector<std::unique_ptr<bridge_line>> links_;
  std::vector<early> early_;                            // until what was kept is there
  std::vector<mqtt::message_ptr> inherited_;            // before those, and until then
  std::unordered_map<std::uint64_t, unwritten> writes_; // under way, by the first message's number
  std::uint64_t failed_ = 0; // messages that the server did not want, or that cannot come here
  bool started_ = false, loaded_ = false;
  bridge_actor heir_;        // null: it has not retired
  bool settles_ = false;     // for which it waits to be acknowledged
  bool told_to_end_ = false; // meanwhile
  bool follows_ = false;     // one that has not ended
  bool over_ = false;        // the heir, or the log, has what waited
};

} // namespace

bridge_actor spawn_bridge(const bridge_surroundings& around, bridge_settings settings) {
  return spawn_on_loop<bridge>(*around.loop, std::cref(around), std::move(settings));
}

} // namespace troupe
