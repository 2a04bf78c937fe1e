#include "rule.hpp"

#include "action_instance.hpp"
#include "rule_speed.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/rule_hold.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/rules/event_record.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <span>

namespace troupe {

namespace {

constexpr std::chrono::milliseconds longest_turn{2}; // and what a message, or an output of it, takes
constexpr std::size_t published_at_once = 1024;
constexpr std::size_t published_bytes_at_once = 8 << 20;
constexpr std::size_t most_calls = 256;     // to resources, without an answer
constexpr std::size_t definitions_kept = 8; // before the one that counts

// What a definition becomes.
struct compiled {
  std::shared_ptr<const rules::definition> rule;
  rules::query query;
  std::vector<instance_ptr> actions;
  std::uint32_t generation;
};

using compiled_ptr = std::shared_ptr<const compiled>;

// What actions work with.
struct action_input {
  rules::row data;
  const rule_item& item;
  rules::arena& memory;
};

// Of a shard; its messages wait until all of it was evaluated.
struct waiting_batch {
  rule_messages what;
  rule_hold held;
};

class rule final : public resilient<rule_actor> {
public:
  rule(caf::actor_config& c, std::shared_ptr<const rule_surroundings> around, const define_rule& first,
       std::shared_ptr<rule_gauge> waiting)
      : resilient<rule_actor>(c), around_(std::move(around)), waiting_(std::move(waiting)) {
    workspace_.of_node = around_->store;
    workspace_.of_connections = around_->connections;
    define(first);
  }

  const char* name() const override { return "rule"; }

  // CAF's own bound counts messages, a few of which may take long: its threads are two, and for all.
  resume_result resume(caf::execution_unit* thread, std::size_t most) override {
    turn_ends_ = clock::now() + longest_turn;
    auto left = resume_later;
    for (std::size_t n = 0; n < most && left == resume_later && !turn_is_over(); ++n)
      left = resilient<rule_actor>::resume(thread, 1);
    return left;
  }

  void on_exit() override { // its timer may hold this actor for a while
    batches_.clear();
    before_.clear();
    now_.reset();
    acting_.reset();
  }

protected:
  behavior_type make_behavior() override {
    return {[this](rule_messages& m) { take(m); },
            [this](const rule_continue&) {
              scheduled_ = false;
              work();
            },
            [this](const rule_sample&) { sample(); },
            [this](const define_rule& m) { define(m); },
            [this](const end_rule&) {
              ending_ = true;
              end_if_done();
            },
            [this](const rule_figures_query&) { return figures(); },
            [this](const reset_rule_figures&) { reset(); }};
  }

private:
  using clock = std::chrono::steady_clock;

  bool turn_is_over() const noexcept { return clock::now() >= turn_ends_; }

  void define(const define_rule& m) {
    auto parsed = rules::query::parse(m.rule->sql);
    auto next = std::make_shared<compiled>(
        compiled{m.rule, std::move(std::get<rules::query>(parsed)), {}, m.generation});
    for (const auto& a : m.rule->actions)
      next->actions.push_back(keep_or_make(a, *m.resources));
    if (now_)
      before_.push_back(std::move(now_));
    if (before_.size() > definitions_kept)
      before_.pop_front();
    now_ = std::move(next);
  }

  // What was matched by an earlier definition may still be on its way, and is evaluated by that one.
  const compiled_ptr& definition_of(std::uint32_t generation) const {
    if (now_->generation != generation)
      for (const auto& b : before_)
        if (b->generation == generation)
          return b;
    return now_;
  }

  // An action with the id that it had is the one that it was, or goes on with its figures when it, or its
  // resource, is another one.
  instance_ptr keep_or_make(const rules::action_definition& a, const resource_map& resources) const {
    auto made = make_instance(a, {resources, around_->folder});
    if (!now_)
      return made;
    for (std::size_t i = 0; i < now_->actions.size(); ++i) {
      const auto& old = now_->actions[i];
      if (old->id != a.id)
        continue;
      if (now_->rule->actions[i] == a && same_resources(*old, *made))
        return old;
      share_figures(*made, *old);
    }
    return made;
  }

  // -- messages -------------------------------------------------------------------------------------------

  void take(rule_messages& m) {
    rule_hold held{waiting_, m};
    batches_.push_back({std::move(m), std::move(held)});
    sample_later();
    work();
  }

  // Some now, the rest when others had a turn. While the shard takes what the rule has published, it waits.
  void work() {
    if (publishing_ || calls_under_way_ >= most_calls)
      return;
    guarded([this] {
      evaluate_some();
      if (const auto n = around_->connections->take_forgotten(); n > 0)
        complain("what proc_dict_put kept for ", std::to_string(n), " connections was forgotten: too many");
    });
    publish_or_go_on();
  }

  void publish_or_go_on() {
    if (!outgoing_.empty())
      guarded([this] { publish(); });
    if (!publishing_)
      go_on();
  }

  void go_on() {
    if (!batches_.empty() && !scheduled_) {
      send(this, rule_continue{});
      scheduled_ = true;
    }
    end_if_done();
  }

  bool has_room() const noexcept {
    return outgoing_.size() < published_at_once && outgoing_bytes_ < published_bytes_at_once &&
           calls_under_way_ < most_calls;
  }

  // At least one step, so that it gets on even where answers took its turn.
  void evaluate_some() {
    while (!batches_.empty() && has_room()) {
      const auto& batch = batches_.front().what;
      if (!outgoing_.empty() && batch.from != from_)
        return; // what is published goes through its own shard
      from_ = batch.from;
      if (next_ < batch.items.size())
        step(batch.items[next_], batch.generation);
      if (next_ == batch.items.size()) {
        batches_.pop_front();
        next_ = 0;
      }
      if (turn_is_over())
        return;
    }
  }

  // A message and its first output, or another one of its outputs, which may be thousands.
  void step(const rule_item& item, std::uint32_t generation) {
    if (!acting_)
      guarded([&] { evaluate(definition_of(generation), item); });
    const auto outputs = acting_ ? rules::query::outputs(workspace_) : 0;
    if (output_ < outputs)
      guarded([&, i = output_++] {
        act(*acting_, {rules::query::output(workspace_, i), item, workspace_.memory});
      });
    if (output_ < outputs)
      return;
    acting_.reset();
    output_ = 0;
    ++next_;
  }

  // Queries and actions say themselves why they fail. What else may is there for want of memory, and costs
  // one output, which is not tried again.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& e) {
      ++failed_;
      complain(e.what());
    }
  }

  void evaluate(const compiled_ptr& by, const rule_item& item) {
    if (item.event)
      evaluate(by, rules::record_event{*item.event, around_->node, by->rule->id});
    else
      evaluate(by, rules::message_event{*item.message, around_->node, by->rule->id});
  }

  void evaluate(const compiled_ptr& by, const rules::event& event) {
    const auto verdict = by->query.run(event, workspace_);
    if (verdict.what == rules::verdict::kind::failed) {
      ++failed_;
      complain(verdict.error);
    }
    if (!verdict.matched())
      return;
    ++matched_;
    around_->gauges->rules_matched.fetch_add(1, std::memory_order_relaxed);
    acting_ = by;
  }

  void act(const compiled& by, const action_input& in) {
    if (by.rule->stop_on_failure)
      run_until_failure(by.actions, in);
    else
      for (const auto& a : by.actions)
        if (run(a, in, {}) == outcome::failed)
          run_fallbacks(*a, in);
  }

  using actions_left = std::span<const instance_ptr>;

  // Those behind an action whose resource has yet to answer wait for that.
  void run_until_failure(actions_left actions, const action_input& in) {
    auto last = outcome::succeeded;
    while (last == outcome::succeeded && !actions.empty()) {
      const auto& a = actions.front();
      actions = actions.subspan(1);
      last = run(a, in, actions);
      if (last == outcome::failed)
        run_fallbacks(*a, in);
    }
  }

  // And those of the ones that fail; no rule has many levels of them.
  void run_fallbacks(const action_instance& a, const action_input& in) {
    for (const auto& f : a.fallbacks)
      if (run(f, in, {}) == outcome::failed)
        run_fallbacks(*f, in);
  }

  enum class outcome { succeeded, failed, asked };

  // `waiting` run when its resource has answered well.
  outcome run(const instance_ptr& to_run, const action_input& in, actions_left waiting) {
    auto& a = *to_run;
    rules::occasion o{in.item.message.get(),
                      !in.item.event,
                      in.item.event.get(),
                      around_->node,
                      now_ms(),
                      now_->rule->id,
                      a.id,
                      in.memory,
                      outgoing_,
                      calls_,
                      {}};
    const auto had = outgoing_.size();
    const bool good = run_guarded(*a.what, in.data, o);
    for (auto i = had; i < outgoing_.size(); ++i)
      outgoing_bytes_ += outgoing_[i]->footprint();
    const auto calls = std::exchange(calls_, {});
    if (!good || calls.empty()) {
      count(a, good, o.error);
      return good ? outcome::succeeded : outcome::failed;
    }
    return send_calls(to_run, calls, in, waiting);
  }

  void count(action_instance& a, bool good, const std::string& error) {
    ++(good ? a.tally->success : a.tally->failed);
    (good ? around_->gauges->actions_success : around_->gauges->actions_failure)
        .fetch_add(1, std::memory_order_relaxed);
    if (!good)
      complain("action ", a.id, " failed: ", error);
  }

  // -- resources --------------------------------------------------------------------------------------------

  outcome send_calls(const instance_ptr& a, const std::vector<rules::resource_call>& calls,
                     const action_input& in, actions_left waiting) {
    kept_ptr kept;
    try {
      if (!a->fallbacks.empty() || !waiting.empty())
        kept = keep_output(in.data, in.item, waiting);
    } catch (const rules::arena_full&) {
      count(*a, false, "it needs too much memory");
      return outcome::failed;
    }
    if (kept)
      kept->unanswered = calls.size();
    for (const auto& c : calls)
      send_call(a, c, kept);
    return outcome::asked;
  }

  void send_call(const instance_ptr& a, const rules::resource_call& c, const kept_ptr& kept) {
    if (const auto* http = std::get_if<http_call>(&c.what))
      ask<http_client_actor, http_answer>(c.to, *http, a, kept);
    else if (const auto* forward = std::get_if<forward_messages>(&c.what))
      ask<bridge_actor, messages_forwarded>(c.to, *forward, a, kept);
    else
      ask<database_actor, database_answer>(c.to, std::get<database_call>(c.what), a, kept);
    ++calls_under_way_;
  }

  static bool succeeded(const http_answer& answer) { return answer.status != 0; }
  static bool succeeded(const database_answer& answer) { return answer.error.empty(); }
  static bool succeeded(const messages_forwarded& answer) { return answer.error.empty(); }

  // The resource's actor is of the type that takes such calls: the action was made for it.
  template <class Actor, class Answer, class Call>
  void ask(const resource_ptr& to, const Call& what, const instance_ptr& a, const kept_ptr& kept) {
    request(caf::actor_cast<Actor>(to->client()), caf::infinite, what)
        .then(
            [this, a, kept, to](const Answer& answer) { answered(a, succeeded(answer), answer.error, kept); },
            [this, a, kept, to](const caf::error&) { answered(a, false, "it was stopped", kept); });
  }

  void answered(const instance_ptr& a, bool good, const std::string& error, const kept_ptr& kept) {
    --calls_under_way_;
    count(*a, good, error);
    if (ending_ && !good)
      give_up();
    if (kept)
      guarded([&] { go_on_with(*a, good, *kept); });
    if (!publishing_)
      publish_or_go_on();
  }

  // A rule that is deleted does not wait for a resource that is down.
  void give_up() {
    std::uint64_t lost = 0;
    for (const auto& batch : batches_)
      lost += batch.what.items.size();
    lost -= std::exchange(next_, 0);
    batches_.clear();
    acting_.reset();
    output_ = 0;
    waiting_->dropped.fetch_add(lost, std::memory_order_relaxed);
    if (lost > 0)
      log::warning("[Rule] {} is deleted and gives up {} messages that waited", now_->rule->id, lost);
  }

  void go_on_with(const action_instance& a, bool good, kept_output& kept) {
    const action_input in{rules::row{kept.data}, kept.item, kept.memory};
    if (!good)
      run_fallbacks(a, in);
    kept.failed |= !good;
    if (--kept.unanswered == 0 && !kept.failed)
      run_until_failure(kept.waiting, in);
  }

  template <class... Parts>
  void complain(const Parts&... parts) noexcept {
    try {
      std::string what;
      (what.append(parts), ...);
      if (const auto left_out = lines_.next(now_ms()))
        log::warning("[Rule] {}: {}{}", now_->rule->id, log::printable(what), left_out_note(*left_out));
    } catch (...) { // out of memory for the line: the work goes on without it
    }
  }

  // -- publishing -----------------------------------------------------------------------------------------

  void publish() {
    outgoing_bytes_ = 0;
    const auto& router = around_->routers[from_ % around_->routers.size()];
    request(router, caf::infinite, publish_messages{std::exchange(outgoing_, {})})
        .then([this](const published&) { published_all(); }, [this](const caf::error&) { published_all(); });
    publishing_ = true;
  }

  void published_all() {
    publishing_ = false;
    publish_or_go_on();
  }

  void end_if_done() {
    if (ending_ && batches_.empty() && !publishing_ && calls_under_way_ == 0)
      quit();
  }

  // -- figures --------------------------------------------------------------------------------------------

  // A rule that has had nothing to do for as long as it remembers does not wake up for its figures.
  void sample_later() {
    if (sampling_)
      return;
    delayed_send(this, rule_speed::period, rule_sample{});
    sampling_ = true;
  }

  void sample() {
    sampling_ = false;
    speed_.sample(matched_);
    if (!speed_.idle())
      sample_later();
  }

  rule_figures figures() const {
    rule_figures f;
    f.matched = matched_;
    f.failed = failed_;
    f.dropped = waiting_->dropped.load(std::memory_order_relaxed);
    f.speed = speed_.now();
    f.speed_max = speed_.max();
    f.speed_last5m = speed_.last5m();
    for (const auto& a : now_->actions)
      add_figures(*a, f.actions);
    return f;
  }

  void reset() {
    matched_ = failed_ = 0;
    waiting_->dropped.store(0, std::memory_order_relaxed);
    speed_ = {};
    for (const auto& a : now_->actions)
      reset_figures(*a);
  }

  std::shared_ptr<const rule_surroundings> around_;
  std::shared_ptr<rule_gauge> waiting_;
  compiled_ptr now_;
  std::deque<compiled_ptr> before_;
  rules::workspace workspace_;
  std::deque<waiting_batch> batches_;
  std::size_t next_ = 0;   // message of the first batch
  compiled_ptr acting_;    // whose actions run on the outputs of that message; null: it is to be evaluated
  std::size_t output_ = 0; // the next one
  std::uint16_t from_ = 0;
  std::vector<mqtt::message_ptr> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  std::vector<rules::resource_call> calls_; // of the action that runs
  std::size_t calls_under_way_ = 0;
  std::uint64_t matched_ = 0, failed_ = 0;
  rule_speed speed_;
  log_limiter lines_;
  clock::time_point turn_ends_;
  bool scheduled_ = false;
  bool sampling_ = false;
  bool publishing_ = false;
  bool ending_ = false;
};

} // namespace

rule_actor spawn_rule(caf::actor_system& system, std::shared_ptr<const rule_surroundings> around,
                      const define_rule& first, std::shared_ptr<rule_gauge> waiting) {
  return system.spawn<rule>(std::move(around), first, std::move(waiting));
}

} // namespace troupe
