// A shard: one I/O thread with the actors that are pinned to it, and what they share. Everything but the
// functions marked "any thread" belongs to that thread, so none of it is locked.
#pragma once

#include "clock_step.hpp"
#include "fan_in_watch.hpp"
#include "guess_watch.hpp"
#include "session_table.hpp"
#include "slim_actor.hpp"
#include "timer_wheel.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/node_context.hpp"
#include "troupe/mqtt/buffer.hpp"
#include "troupe/mqtt/credit.hpp"
#include "troupe/mqtt/metrics.hpp"
#include "troupe/mqtt/moment.hpp"
#include "troupe/mqtt/offence_table.hpp"
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/rules/event_kind.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/execution_unit.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe {

namespace rules {
struct event_record;
}
struct rule_gauge;
struct rule_item;
struct rule_messages;

/// Something that does its last work of a turn when the actors have run: a client with packets to send.
class flushable {
public:
  virtual void flush() = 0;

protected:
  ~flushable() = default;
};

/// Something that stopped in the middle of its input because the turn's budget was spent, or for want of
/// credit.
class continuable {
public:
  virtual void continue_input() = 0;

protected:
  ~continuable() = default;
};

class client;
class warm_up;
struct shard_rules; // shard_rules.hpp
struct shard_sinks; // shard_sinks.hpp

class shard final : public caf::execution_unit {
public:
  shard(caf::actor_system& system, node_context& node, std::uint16_t index);
  ~shard() override;

  // -- any thread -----------------------------------------------------------------------------

  static shard* current() noexcept;
  std::uint16_t index() const noexcept { return index_; }
  node_context& node() noexcept { return node_; }
  const node_context& node() const noexcept { return node_; }

  /// Runs the loop until `stop`.
  void run();
  void stop();

  /// CAF's way in: schedules one of its actors here, or on CAF's own scheduler when it is not pinned.
  void exec_later(caf::resumable* what) override;

  /// The memory of a batch that this shard has forwarded, for its next ones.
  void take_back(forwarded&& handled);

  /// A message for a slim actor of this shard, from another thread.
  void post(caf::strong_actor_ptr to, caf::mailbox_element_ptr element);

  // -- the shard's own thread -------------------------------------------------------------------

  boost::asio::io_context& io() noexcept { return io_; }
  session_table& sessions() noexcept { return sessions_; }
  const session_table& sessions() const noexcept { return sessions_; }
  mqtt::counters& metrics() noexcept { return metrics_; }
  timer_wheel& timers() noexcept { return timers_; }

  /// The time of this turn, for time-outs: it never runs backwards.
  mqtt::time_ms now() const noexcept { return now_; }
  /// The same by the system's clock, for what others see or is kept; follows within a tick when that is set.
  mqtt::time_ms wall() const noexcept { return now_ + clock_step_.milliseconds(); }
  mqtt::moment moment() const noexcept { return {now_, wall()}; }

  /// Queues a slim actor that has messages, with one reference to it.
  void schedule(slim_actor_base* actor) { runnable_.push_back(actor); }

  /// Calls `f` and logs what it throws: socket callbacks run outside of CAF's net.
  template <class F>
  void guarded(F&& f) noexcept {
    try {
      if (std::exchange(clock_is_old_, false))
        read_clock();
      f();
    } catch (const std::exception& e) {
      log_exception(e);
    }
  }

  /// The large buffer that sockets read into; valid until the next read.
  std::span<char> read_buffer() noexcept { return {read_buffer_.get(), read_buffer_size}; }
  /// The buffer that packets are encoded into before they are sent; cleared by each user.
  mqtt::buffer& write_buffer() noexcept { return write_buffer_; }
  /// Memory for the packet that is being decoded.
  mqtt::packet& scratch_packet() noexcept { return scratch_packet_; }

  /// Drops one reference at the end of the turn, when nothing of the actor is on the stack.
  void release_later(caf::actor_control_block* actor) { graves_.push_back(actor); }

  /// The connections of this shard, those before their CONNECT too.
  void add_client(client& c);
  void remove_client(client& c) noexcept;
  template <class Visitor>
  void for_each_client(Visitor&& visit) {
    for (client* c : clients_)
      visit(*c);
  }

  void flush_later(flushable& f) { dirty_.push_back(&f); }
  void cancel_flush(flushable& f) noexcept;

  /// For `flush`: whether many others have something to send in this turn, so that little is lost by
  /// `flush_next_turn`. That turn follows at once.
  bool crowded() const noexcept { return crowded_; }
  void flush_next_turn(flushable& f) { put_off_.push_back(&f); }

  /// Calls `continue_input` in the next turn, or once the shards that were behind have caught up.
  void continue_later(continuable& c) { waiting_.push_back(&c); }
  void cancel_continue(continuable& c) noexcept;

  /// Whether input should stop for this turn: enough was delivered, or another shard is behind.
  bool exhausted() const noexcept { return spent_this_turn_ >= turn_budget || behind_ > 0; }

  /// Takes from this turn's budget what will be delivered only after the input has been read.
  void spend(std::uint32_t n) noexcept { spent_this_turn_ += n; }

  /// A connection has input again, after that at `before`.
  void see_input(mqtt::time_ms before) noexcept { fan_in_watch_.see_input(now_, before); }

  /// Where the last message went on its way, with its receiver if it had a single one, here and since
  /// `forget_receiver` (client_warm_up.cpp).
  void expect_the_same(warm_up& next) const noexcept;
  void forget_receiver() noexcept { last_receiver_ = nobody; }

  // -- messages -----------------------------------------------------------------------------------

  /// Publishes a message: what the features that are on make of it is appended to the batches of matching
  /// sessions here and to the outboxes of other shards, and handed to the retainer if it is retained. Returns
  /// how many subscribers it found.
  std::uint32_t publish(mqtt::message_ptr message);

  /// Hands over at once, not at the turn's end, what the delayed actor is to keep: who is told of a publish
  /// may ask it next.
  void flush_delayed();

  /// Gives a shared message to another member than `from`, which could not have it or keep it. False when
  /// there is none, or none with its client there if `connected_only`.
  bool redispatch(const mqtt::message_ptr& message, mqtt::shared_origin origin,
                  const mqtt::session_address& from, bool connected_only);

  /// Memory for a topic that is being made; cleared by each user.
  std::string& scratch_topic() noexcept { return scratch_topic_; }

  /// The features that look at publishes and subscriptions, as bits of mqtt::hook.
  std::uint32_t active_hooks() const noexcept { return active_hooks_; }

  /// What the modules emqx_mod_presence and emqx_mod_subscription do, if they are on.
  bool announces_presence() const noexcept { return presence_; }
  bool subscribes_clients() const noexcept { return subscription_; }

  /// The access rules that are on.
  const std::shared_ptr<const access::acl_chain>& acl() const noexcept { return acl_; }
  void use(std::shared_ptr<const access::acl_chain> chain) noexcept {
    acl_ = std::move(chain);
    asks_back_ends_ = asks(*acl_);
  }

  /// Whether back ends have some of them, or look at each PUBLISH.
  bool asks_back_ends() const noexcept { return asks_back_ends_; }

  /// The modules have been switched.
  void switch_features(const struct switch_features& m) noexcept;

  /// Who may not connect from now on.
  void use_bans(mqtt::ban_table bans) {
    bans_ = std::move(bans);
    if (guesses_)
      guesses_->hand_over(bans_);
  }
  const mqtt::ban_table& bans() const noexcept { return bans_; }

  /// Who may log in by SCRAM; null or empty: nobody.
  void use_sasl(std::shared_ptr<const mqtt::scram_users> users) noexcept { sasl_users_ = std::move(users); }
  const std::shared_ptr<const mqtt::scram_users>& sasl_users() const noexcept { return sasl_users_; }

  /// A client's connection has ended, in a zone that detects flapping: one end too many bans it.
  void watch_disconnect(std::string_view client_id);

  /// A login from there was refused, in a zone that detects guesses: one too many bans the address.
  void watch_refused_login(const std::string& address);

  /// Whether an address is to be refused before its ban has come back.
  bool stops_guesses_of(std::string_view address) const { return guesses_ && guesses_->stops(address, now_); }

  /// Whether another refused login may wait for its answer (false: it is answered at once), and that one has
  /// been answered, or is gone.
  bool hold_refusal() noexcept;
  void drop_refusal() noexcept { --refusals_held_; }

  /// Whether another client's congestion may raise an alarm now; the bound is a rate.
  bool may_raise_congestion() noexcept;

  /// Counts the messages of these topics from now on; null: of none.
  void watch(std::shared_ptr<const mqtt::topic_metrics_table> topics);

  /// The rules of the node from now on; null: there is none.
  void set_rules(std::shared_ptr<const rule_table> table);

  /// The plugins that are told of events from now on; null: none is.
  void use_sinks(std::shared_ptr<const sink_table> table);

  /// Whether a rule or plugin wants to be told of such events (rule_events.hpp), and to tell it.
  bool wants(rules::event_kind kind) const noexcept { return (wanted_events_ & rules::bit_of(kind)) != 0; }
  bool wants_any(rules::event_mask kinds) const noexcept { return (wanted_events_ & kinds) != 0; }
  void tell(rules::event_record&& e);

  /// A PUBLISH went to a client.
  void count_delivery(const mqtt::delivery& d) noexcept {
    if (watched_topics_) [[unlikely]]
      count_watched(d);
  }

  /// Delivers what another shard matched.
  void take_forwarded(forwarded& f);
  void take_credit(const forward_credit& c);

  /// So much of what another shard sent has been handled: that is told once it is worth a message.
  void give_back(std::uint16_t to, mqtt::credit_amount handled);

  /// A change for the route table; the changes of a turn travel together.
  void change_route(route_change change) { route_changes_.push_back(std::move(change)); }

  /// The change handed over last in this turn.
  route_change& last_change() { return route_changes_.back(); }

  /// Empty vectors with capacity, to save allocations.
  std::vector<mqtt::delivery> spare_batch();
  void recycle(std::vector<mqtt::delivery>&& batch);

  /// Whether a log line that peers can cause may be written: a few a second are, the others counted.
  bool may_complain();

  /// A client id that nobody has and whose home is this shard.
  std::string fresh_client_id();

  static constexpr std::size_t read_buffer_size = 64 * 1024;

private:
  static constexpr std::uint64_t turn_budget = 32'768; // deliveries of up to 1 KB, larger ones count for more
  static constexpr int handlers_per_turn = 128;
  static constexpr std::size_t crowd = 16; // clients with something to send
  static constexpr std::size_t max_spares = 1024;
  static constexpr std::size_t max_spare_capacity = 256 * 1024; // deliveries

  static constexpr std::size_t spare_forwarded_per_shard = 2;
  static constexpr std::size_t max_spare_targets = 32 * 1024; // of one of them; 512 KB

  static constexpr std::uint64_t credit_bytes = 64 * 1024 * 1024; // of messages that another shard may owe us

  struct outbox {
    forwarded batch;
    mqtt::credit credit;
    mqtt::credit_debt debt; // for what came from there
  };

  void turn();
  bool wait_for_work();
  void drain_inbound();
  void serve_actors();
  void run_actors();
  void deliver_batches();
  void begin_budget();
  /// That are sent to. What another shard forwards waits for the end of a turn, so theirs are shorter.
  std::size_t sessions_per_turn() const noexcept { return outboxes_.size() == 1 ? 256 : 64; }
  bool may_serve() const noexcept { return served_ < sessions_per_turn() || spent_this_turn_ >= turn_budget; }
  bool flush_outboxes();
  forwarded spare_forwarded();
  void flush_route_changes();
  void flush_dirty();
  void continue_inputs();
  void spend_credit(std::size_t to, mqtt::credit_amount batch);
  void spend_on_control(mqtt::credit_amount batch);
  void arm_tick();
  void wake();
  bool quiet() const noexcept;
  bool idle() const noexcept;
  std::uint32_t publish_hooked(mqtt::message_ptr message);
  std::uint32_t route(mqtt::message_ptr message);
  void count_watched(const mqtt::delivery& d) noexcept;
  void retain(const mqtt::message_ptr& message);
  static bool asks(const access::acl_chain& chain) noexcept {
    return chain.asks() || !chain.filters().empty();
  }
  void find_wanted_events() noexcept;
  void tell_rules(const mqtt::message_ptr& message);
  void tell_sinks(rules::event_kind kind, const rule_item& item, std::size_t bytes);
  void tell_dropped(const mqtt::message_ptr& message);
  void add_for_rule(std::size_t slot, std::uint32_t generation, rule_item&& item, std::size_t bytes);
  void flush_rules();
  void send_to_rule(std::size_t slot);
  bool may_wait(rule_gauge& waiting, const rule_messages& batch) const noexcept;
  void flush_sinks();
  bool deliver_local(mqtt::message_ptr& message, const mqtt::subscriber& to, mqtt::shared_origin origin);
  bool deliver_to(const mqtt::message_ptr& message, const mqtt::subscriber& to, mqtt::shared_origin origin);
  bool deliver_shared(const mqtt::message_ptr& message, const mqtt::shared_match& group);
  const mqtt::match_result& match_again(const mqtt::message_ptr& message);
  std::size_t pick_member(const mqtt::message& message, const mqtt::shared_match& group);
  void log_exception(const std::exception& e) noexcept;
  void read_clock() noexcept;

  node_context& node_;
  const std::uint16_t index_;
  boost::asio::io_context io_;
  boost::asio::steady_timer tick_;
  timer_wheel timers_;
  std::chrono::steady_clock::time_point clock_; // read last
  mqtt::time_ms now_ = 0;                       // the same in milliseconds
  mqtt::time_ms ticked_at_ = 0;
  mqtt::time_ms timers_rest_until_ = 0;
  bool clock_is_old_ = false; // it has not been read since the wait for an event
  clock_step clock_step_;
  mqtt::counters metrics_;
  session_table sessions_;
  mqtt::subscription_reader reader_;
  mqtt::message_ptr matched_again_;           // in this turn, and none other since; null: none
  const mqtt::match_result* match_ = nullptr; // then of this
  std::mt19937 random_;

  static constexpr std::uint32_t nobody = static_cast<std::uint32_t>(-1);
  std::uint32_t last_receiver_ = nobody; // its slot; of the last message that had a single one
  std::vector<client*> clients_;
  std::vector<caf::resumable*> runnable_;
  std::vector<caf::resumable*> running_; // of them, those of this round
  std::vector<std::uint32_t> touched_;   // slots with a batch, from touched_head_ on
  std::size_t touched_head_ = 0;
  std::size_t served_ = 0; // sessions that this turn has delivered to
  std::vector<flushable*> dirty_;
  std::vector<flushable*> put_off_; // dirty again in the next turn
  std::size_t were_put_off_ = 0;    // of dirty_
  bool crowded_ = false;
  std::vector<continuable*> waiting_;
  std::vector<continuable*> continuing_; // of them, those whose turn it is; null: has ended
  std::vector<caf::actor_control_block*> graves_;
  std::vector<outbox> outboxes_;
  std::vector<route_change> route_changes_;
  std::vector<delay_messages::item> delayed_;
  std::shared_ptr<const mqtt::topic_metrics_table> watched_topics_; // null: none
  mqtt::ban_table bans_;
  std::shared_ptr<const mqtt::scram_users> sasl_users_;
  std::unique_ptr<mqtt::offence_table> flapping_; // null: no client has come and gone yet
  std::unique_ptr<guess_watch> guesses_;          // null: no login was refused yet
  std::uint32_t refusals_held_ = 0;
  log_limiter congestion_alarms_;
  std::shared_ptr<const access::acl_chain> acl_; // never null
  rules::event_mask wanted_events_ = 0;
  std::unique_ptr<shard_rules> rules_; // null: none
  std::unique_ptr<shard_sinks> sinks_; // null: none
  std::string scratch_topic_;
  std::vector<std::vector<mqtt::delivery>> spares_;
  std::unordered_map<std::uint64_t, std::uint64_t>
      group_state_; // round robin and sticky, by group and publisher
  std::unique_ptr<char[]> read_buffer_;
  mqtt::buffer write_buffer_;
  mqtt::packet scratch_packet_;
  std::size_t spare_capacity_ = 0; // of spares_, in deliveries
  std::uint64_t spent_this_turn_ = 0;
  std::uint32_t behind_ = 0; // shards that owe us credit
  fan_in_watch fan_in_watch_;
  log_limiter problem_lines_;
  std::uint32_t active_hooks_;
  bool presence_, subscription_; // modules that are on
  bool asks_back_ends_;
  bool stopping_ = false;

  // From other threads.
  std::mutex inbound_mutex_;
  std::vector<std::pair<caf::strong_actor_ptr, caf::mailbox_element_ptr>> inbound_;
  std::vector<caf::resumable*> inbound_runnable_;
  std::atomic<bool> wake_posted_ = false; // set under the lock
  std::vector<forwarded> spare_forwarded_;

  std::atomic<int> core_ = -1; // that the last turn began on; the others read it
};

} // namespace troupe
