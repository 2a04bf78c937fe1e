#include "rule.hpp"

#include "../actors/shard/log_limiter.hpp"
#include "action_instance.hpp"
#include "rule_check.hpp"
#include "rule_speed.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/rules/event_record.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <span>

namespace troupe {

namespace {

constexpr std::size_t messages_at_once = 256;
constexpr std::size_t published_at_once = 1024;
constexpr std::size_t most_calls = 256;     // to resources, without an answer
constexpr std::size_t definitions_kept = 8; // before the one that counts

// What a definition becomes.
struct compiled {
  std::shared_ptr<const rules::definition> rule;
  rules::query query;
  std::vector<instance_ptr> actions;
  std::uint32_t generation;
};

instance_ptr make_instance(const rules::action_definition& d, const rules::action_surroundings& around) {
  auto out = std::make_shared<action_instance>();
  out->id = d.id;
  out->uses = resource_used_by(d, around.resources);
  out->what = make_action(d, around);
  for (const auto& f : d.fallbacks)
    out->fallbacks.push_back(make_instance(f, around));
  return out;
}

class rule final : public rule_actor::base {
public:
  rule(caf::actor_config& c, std::shared_ptr<const rule_surroundings> around, const define_rule& first,
       std::shared_ptr<rule_gauge> waiting)
      : rule_actor::base(c), around_(std::move(around)), waiting_(std::move(waiting)) {
    workspace_.of_node = around_->store;
    workspace_.of_connections = around_->connections;
    define(first);
  }

  const char* name() const override { return "rule"; }

  void on_exit() override { // its timer may hold this actor for a while
    batches_.clear();
    before_.clear();
    now_.reset();
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
  void define(const define_rule& m) {
    auto parsed = rules::query::parse(m.rule->sql);
    auto next = std::make_unique<compiled>(
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
  const compiled& definition_of(std::uint32_t generation) const {
    if (now_->generation != generation)
      for (const auto& b : before_)
        if (b->generation == generation)
          return *b;
    return *now_;
  }

  // An action with the id that it had is the one that it was, or goes on with its figures when its resource
  // is another one.
  instance_ptr keep_or_make(const rules::action_definition& a, const resource_map& resources) const {
    auto made = make_instance(a, {resources, around_->folder});
    if (!now_)
      return made;
    for (const auto& old : now_->actions) {
      if (old->id != a.id)
        continue;
      if (same_resources(*old, *made))
        return old;
      share_figures(*made, *old);
    }
    return made;
  }

  // -- messages -------------------------------------------------------------------------------------------

  void take(rule_messages& m) {
    batches_.push_back(std::move(m));
    sample_later();
    work();
  }

  // Some now, the rest when the others on this thread had their turn. While the shard takes what the rule has
  // published, it waits.
  void work() {
    if (publishing_ || calls_under_way_ >= most_calls)
      return;
    evaluate_some();
    if (const auto n = around_->connections->take_forgotten(); n > 0)
      complain("what proc_dict_put kept for " + std::to_string(n) + " connections was forgotten: too many");
    publish_or_go_on();
  }

  void publish_or_go_on() {
    if (!outgoing_.empty())
      publish();
    else
      go_on();
  }

  void go_on() {
    if (!batches_.empty() && !std::exchange(scheduled_, true))
      send(this, rule_continue{});
    end_if_done();
  }

  void evaluate_some() {
    std::size_t count = 0;
    while (!batches_.empty() && count < messages_at_once && outgoing_.size() < published_at_once &&
           calls_under_way_ < most_calls) {
      auto& batch = batches_.front();
      from_ = batch.from;
      const auto& by = definition_of(batch.generation);
      for (; next_ < batch.items.size() && count < messages_at_once && outgoing_.size() < published_at_once &&
             calls_under_way_ < most_calls;
           ++next_, ++count)
        evaluate(by, batch.items[next_]);
      if (next_ < batch.items.size())
        return;
      waiting_->messages.fetch_sub(static_cast<std::int64_t>(batch.items.size()), std::memory_order_relaxed);
      waiting_->bytes.fetch_sub(batch.bytes, std::memory_order_relaxed);
      batches_.pop_front();
      next_ = 0;
      if (!outgoing_.empty() && !batches_.empty() && batches_.front().from != from_)
        return; // what is published goes through its own shard
    }
  }

  void evaluate(const compiled& by, const rule_item& item) {
    if (item.event)
      evaluate(by, rules::record_event{*item.event, around_->node, by.rule->id}, item);
    else
      evaluate(by, rules::message_event{*item.message, around_->node, by.rule->id}, item);
  }

  void evaluate(const compiled& by, const rules::event& event, const rule_item& item) {
    const auto verdict = run_guarded(by.query, event);
    if (verdict.what == rules::verdict::kind::failed) {
      ++failed_;
      complain(verdict.error);
    }
    if (!verdict.matched())
      return;
    ++matched_;
    around_->gauges->rules_matched.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < rules::query::outputs(workspace_); ++i)
      act(by, rules::query::output(workspace_, i), item);
  }

  rules::verdict run_guarded(const rules::query& q, const rules::event& e) {
    try {
      return q.run(e, workspace_);
    } catch (const std::exception& failed) {
      rules::verdict v;
      v.what = rules::verdict::kind::failed;
      v.error = failed.what();
      return v;
    }
  }

  void act(const compiled& by, const rules::row& data, const rule_item& item) {
    if (by.rule->stop_on_failure)
      run_until_failure(by.actions, data, item);
    else
      for (const auto& a : by.actions)
        if (run(a, data, item, {}) == outcome::failed)
          run_fallbacks(*a, data, item);
  }

  using actions_left = std::span<const instance_ptr>;

  // Those behind an action whose resource has yet to answer wait for that.
  void run_until_failure(actions_left actions, const rules::row& data, const rule_item& item) {
    auto last = outcome::succeeded;
    while (last == outcome::succeeded && !actions.empty()) {
      const auto& a = actions.front();
      actions = actions.subspan(1);
      last = run(a, data, item, actions);
      if (last == outcome::failed)
        run_fallbacks(*a, data, item);
    }
  }

  void run_fallbacks(const action_instance& a, const rules::row& data, const rule_item& item) {
    for (const auto& f : a.fallbacks)
      run(f, data, item, {});
  }

  enum class outcome { succeeded, failed, asked };

  // `waiting` run when its resource has answered well.
  outcome run(const instance_ptr& to_run, const rules::row& data, const rule_item& item,
              actions_left waiting) {
    auto& a = *to_run;
    rules::occasion o{item.message.get(),
                      !item.event,
                      item.event.get(),
                      around_->node,
                      now_ms(),
                      now_->rule->id,
                      a.id,
                      workspace_.memory,
                      outgoing_,
                      calls_,
                      {}};
    const bool good = run_guarded(*a.what, data, o);
    const auto calls = std::exchange(calls_, {});
    if (!good || calls.empty()) {
      count(a, good, o.error);
      return good ? outcome::succeeded : outcome::failed;
    }
    return send_calls(to_run, calls, data, item, waiting);
  }

  void count(action_instance& a, bool good, const std::string& error) {
    ++(good ? a.tally->success : a.tally->failed);
    (good ? around_->gauges->actions_success : around_->gauges->actions_failure)
        .fetch_add(1, std::memory_order_relaxed);
    if (!good)
      complain("action " + a.id + " failed: " + error);
  }

  // -- resources --------------------------------------------------------------------------------------------

  outcome send_calls(const instance_ptr& a, const std::vector<rules::resource_call>& calls,
                     const rules::row& data, const rule_item& item, actions_left waiting) {
    kept_ptr kept;
    try {
      if (!a->fallbacks.empty() || !waiting.empty())
        kept = keep_output(data, item, waiting);
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
    ++calls_under_way_;
    if (const auto* http = std::get_if<http_call>(&c.what))
      ask<http_client_actor, http_answer>(c.to, *http, a, kept);
    else if (const auto* forward = std::get_if<forward_messages>(&c.what))
      ask<bridge_actor, messages_forwarded>(c.to, *forward, a, kept);
    else
      ask<database_actor, database_answer>(c.to, std::get<database_call>(c.what), a, kept);
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
    if (kept) {
      workspace_.memory.reset(); // nothing is being evaluated
      go_on_with(*a, good, *kept);
    }
    if (!publishing_)
      publish_or_go_on();
  }

  // A rule that is deleted does not wait for a resource that is down.
  void give_up() {
    std::int64_t messages = 0, bytes = 0;
    for (const auto& batch : std::exchange(batches_, {})) {
      messages += static_cast<std::int64_t>(batch.items.size());
      bytes += batch.bytes;
    }
    const auto lost = static_cast<std::uint64_t>(messages) - std::exchange(next_, 0);
    waiting_->messages.fetch_sub(messages, std::memory_order_relaxed);
    waiting_->bytes.fetch_sub(bytes, std::memory_order_relaxed);
    waiting_->dropped.fetch_add(lost, std::memory_order_relaxed);
    if (lost > 0)
      log::warning("[Rule] {} is deleted and gives up {} messages that waited", now_->rule->id, lost);
  }

  void go_on_with(const action_instance& a, bool good, kept_output& kept) {
    const rules::row data{kept.data};
    if (!good)
      run_fallbacks(a, data, kept.item);
    kept.failed |= !good;
    if (--kept.unanswered == 0 && !kept.failed)
      run_until_failure(kept.waiting, data, kept.item);
  }

  static bool run_guarded(rules::action& a, const rules::row& data, rules::occasion& o) {
    try {
      return a.run(data, o);
    } catch (const rules::arena_full&) {
      o.error = "it needs too much memory";
    } catch (const std::exception& e) {
      o.error = e.what();
    }
    return false;
  }

  void complain(std::string_view what) {
    if (const auto left_out = lines_.next(now_ms()))
      log::warning("[Rule] {}: {}{}", now_->rule->id, log::printable(what), left_out_note(*left_out));
  }

  // -- publishing -----------------------------------------------------------------------------------------

  void publish() {
    publishing_ = true;
    const auto& router = around_->routers[from_ % around_->routers.size()];
    request(router, caf::infinite, publish_messages{std::exchange(outgoing_, {})})
        .then([this](const published&) { published_all(); }, [this](const caf::error&) { published_all(); });
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
    if (!std::exchange(sampling_, true))
      delayed_send(this, rule_speed::period, rule_sample{});
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
    for (const auto& a : now_->actions) {
      f.actions.push_back({a->id, a->tally->success, a->tally->failed});
      for (const auto& fallback : a->fallbacks)
        f.actions.push_back({fallback->id, fallback->tally->success, fallback->tally->failed});
    }
    return f;
  }

  void reset() {
    matched_ = failed_ = 0;
    waiting_->dropped.store(0, std::memory_order_relaxed);
    speed_ = {};
    for (const auto& a : now_->actions) {
      *a->tally = {};
      for (const auto& f : a->fallbacks)
        *f->tally = {};
    }
  }

  std::shared_ptr<const rule_surroundings> around_;
  std::shared_ptr<rule_gauge> waiting_;
  std::unique_ptr<const compiled> now_;
  std::deque<std::unique_ptr<const compiled>> before_;
  rules::workspace workspace_;
  std::deque<rule_messages> batches_;
  std::size_t next_ = 0; // message of the first batch
  std::uint16_t from_ = 0;
  std::vector<mqtt::message_ptr> outgoing_;
  std::vector<rules::resource_call> calls_; // of the action that runs
  std::size_t calls_under_way_ = 0;
  std::uint64_t matched_ = 0, failed_ = 0;
  rule_speed speed_;
  log_limiter lines_;
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
