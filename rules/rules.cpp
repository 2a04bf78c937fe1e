#include "troupe/actors/rules.hpp"

#include "record_text.hpp"
#include "resource_set.hpp"
#include "rule.hpp"
#include "rule_check.hpp"
#include "rule_slots.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/tell_all.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/subscription_index.hpp"

#include <boost/json/serialize.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>

namespace troupe {

namespace {

constexpr int bad_request = 400;
constexpr std::size_t most_rules = 10'000;

class rule_engine final : public resilient<rules_actor> {
public:
  rule_engine(caf::actor_config& c, const directory& who, std::shared_ptr<node_gauges> gauges,
              std::shared_ptr<mqtt::subscription_index> topics, const stored_rules& stored,
              const stored_rules& stored_resources, std::string folder,
              std::shared_ptr<const rule_table>& at_start)
      : resilient<rules_actor>(c),
        around_(std::make_shared<rule_surroundings>(rule_surroundings{
            who.node_name, std::move(folder), who.routers, std::move(gauges),
            std::make_shared<rules::kv_store>(), std::make_shared<rules::connection_store>()})),
        index_(std::move(topics)),
        store_(who.store),
        resources_({system(), who.alarms, who.store, who.bridge_loop, who.node_name, who.cluster},
                   around_->folder.empty() ? ""
                                           : around_->folder + "/.tls"), // no action's file has such a name
        on_(who.loaded->loaded(plugin_kind::rule_engine)) {
    for (const auto& [id, record] : stored_resources)
      take_resource(id, record);
    resources_.remove_unused_files();
    for (const auto& [id, record] : stored)
      take(id, record);
    index_->commit();
    at_start = table();
  }

  const char* name() const override { return "rules"; }

  void on_exit() override {
    for (const auto& [id, e] : by_id_)
      caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
    resources_.stop();
  }

protected:
  behavior_type make_behavior() override {
    return {[this](const switch_rules& m) { return turn(m.on); },
            [this](const rule_query& q) { return list(q); },
            [this](put_rule& m) { return put(m); },
            [this](const remove_rule& m) { return remove(m.id); },
            [this](const reset_rule& m) { return reset(m.id); },
            [this](const rule_count_query&) {
              return rule_count{by_id_.size(), most_, resources_.count(), resources_.max()};
            },
            [this](const resource_query& q) { return list_resources(q); },
            [this](const put_resource& m) { return put(m); },
            [this](const remove_resource& m) { return remove_resource_of(m.id); },
            [this](const start_resource& m) { return start(m.id); }};
  }

private:
  struct entry {
    std::shared_ptr<const rules::definition> rule;
    rule_sources from;
    rule_actor actor;
    std::shared_ptr<rule_gauge> waiting = std::make_shared<rule_gauge>();
    std::uint32_t slot = 0;
    std::uint32_t generation = 1;
  };

  // -- at the start ---------------------------------------------------------------------------------------

  void take(const std::string& id, const std::string& record) {
    boost::json::error_code failed;
    auto rule = rules::read_definition(parse_record(record, failed));
    rule_sources from;
    const auto error =
        failed || !rule || rule->id != id ? "its record cannot be read" : read_sources(*rule, from);
    if (!error.empty()) {
      log::error("[Rule] the stored rule {} is left out: {}", log::printable(id), error);
      return;
    }
    if (const auto wrong = check_actions(rule->actions, surroundings()); !wrong.empty())
      log::error("[Rule] actions of the stored rule {} fail: {}", log::printable(id), log::printable(wrong));
    add(std::make_shared<const rules::definition>(std::move(*rule)), std::move(from));
  }

  void take_resource(const std::string& id, const std::string& record) {
    boost::json::error_code failed;
    const auto d = rules::read_resource(parse_record(record, failed));
    if (failed || !d || d->id != id)
      log::error("[Rule] the stored resource {} is left out: its record cannot be read", log::printable(id));
    else
      resources_.restore(*d, this);
  }

  rules::action_surroundings surroundings() const { return {*resources_.all(), around_->folder}; }

  // -- questions ------------------------------------------------------------------------------------------

  caf::result<rule_page> list(const rule_query& q) {
    auto page = std::make_shared<rule_page>();
    std::vector<rule_actor> asked;
    for (const auto* e : in_order())
      if (!q.id || e->rule->id == *q.id) {
        page->rows.push_back({e->rule, e->from.topics, {}});
        asked.push_back(e->actor);
      }
    auto promise = make_response_promise<rule_page>();
    gather_figures(asked, [page, promise](std::vector<rule_figures>& figures) mutable {
      for (std::size_t i = 0; i < figures.size(); ++i)
        page->rows[i].figures = std::move(figures[i]);
      promise.deliver(std::move(*page));
    });
    return promise;
  }

  // In the order of those who are asked; who does not answer has none.
  template <class Done>
  void gather_figures(const std::vector<rule_actor>& asked, Done after) {
    struct progress {
      std::vector<rule_figures> figures;
      std::size_t pending;
      Done after;
      void arrived() {
        if (--pending == 0)
          after(figures);
      }
    };
    auto state = std::make_shared<progress>(
        progress{std::vector<rule_figures>(asked.size()), asked.size() + 1, std::move(after)});
    for (std::size_t i = 0; i < asked.size(); ++i)
      request(asked[i], request_timeout, rule_figures_query{})
          .then(
              [state, i](rule_figures& f) {
                state->figures[i] = std::move(f);
                state->arrived();
              },
              [state](const caf::error&) { state->arrived(); });
    state->arrived();
  }

  std::vector<const entry*> in_order() const {
    std::vector<const entry*> out;
    for (const auto& [id, e] : by_id_)
      out.push_back(&e);
    std::stable_sort(out.begin(), out.end(),
                     [](const auto* a, const auto* b) { return a->rule->created_at < b->rule->created_at; });
    return out;
  }

  // -- changes --------------------------------------------------------------------------------------------

  caf::result<rule_put> put(put_rule& m) {
    const auto known = by_id_.find(m.id);
    const bool fresh = known == by_id_.end();
    if (!fresh && m.how == put_mode::create)
      return rule_put{bad_request, "Already Exists", {}};
    if (fresh && m.how == put_mode::update)
      return rule_put{bad_request, "Rule " + m.id + " Not Found", {}};
    if (fresh && (by_id_.size() >= most_rules || !slots_.has_room()))
      return rule_put{bad_request, "Bad Arguments: {too_many_rules," + std::to_string(most_rules) + "}", {}};
    auto rule = std::make_shared<rules::definition>(fresh ? rules::definition{} : *known->second.rule);
    change(*rule, m, fresh);
    rule_sources from;
    if (auto error = check_rule(*rule, m, from, surroundings()); !error.empty())
      return rule_put{bad_request, "Bad Arguments: " + error, {}};
    auto promise = make_response_promise<rule_put>();
    save(
        store_kind::rules, rule->id, boost::json::serialize(to_record(*rule)),
        [this, rule, from, promise]() mutable { apply(rule, std::move(from), promise); },
        [promise](std::string why) mutable {
          promise.deliver(rule_put{102, std::move(why), {}});
        });
    return promise;
  }

  void change(rules::definition& rule, put_rule& m, bool fresh) {
    if (fresh) {
      rule.id = m.id.empty() ? fresh_id() : m.id;
      rule.created_at = m.created_at.value_or(now_ms());
    }
    if (m.sql)
      rule.sql = std::move(*m.sql);
    if (m.description)
      rule.description = std::move(*m.description);
    if (m.enabled)
      rule.enabled = *m.enabled;
    if (m.stop_on_failure)
      rule.stop_on_failure = *m.stop_on_failure;
    if (m.actions)
      rule.actions = named(std::move(*m.actions));
  }

  std::vector<rules::action_definition> named(std::vector<new_action> actions) {
    std::vector<rules::action_definition> out;
    for (auto& a : actions) {
      auto id = a.id.empty() ? a.name + "_" + std::to_string(fresh_number()) : std::move(a.id);
      out.push_back({std::move(id), std::move(a.name), std::move(a.params), named(std::move(a.fallbacks))});
    }
    return out;
  }

  // Nanoseconds, as EMQ X numbers them, and never twice.
  std::int64_t fresh_number() {
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    return last_number_ = std::max<std::int64_t>(now, last_number_ + 1);
  }

  std::string fresh_id() {
    std::string id;
    do {
      char text[16];
      std::snprintf(text, sizeof text, "rule:%08x", static_cast<unsigned>(random_()));
      id = text;
    } while (by_id_.find(id) != by_id_.end());
    return id;
  }

  // Nothing else is answered before: two changes of a rule cannot cross.
  template <class Done, class Failed>
  void save(store_kind kind, const std::string& id, std::optional<std::string> record, Done after,
            Failed failed) {
    request(store_, request_timeout, store_write{{{kind, id, std::move(record)}}})
        .await(
            [after = std::move(after), failed](const store_written& w) mutable {
              if (w.status.ok())
                after();
              else
                failed(w.status.text);
            },
            [failed](const caf::error&) mutable { failed("the store does not answer"); });
  }

  void apply(const std::shared_ptr<const rules::definition>& rule, rule_sources from,
             caf::typed_response_promise<rule_put> promise) {
    const auto known = by_id_.find(rule->id);
    auto answer = [this, id = rule->id, promise](const outcome& told) { answer_with(id, told, promise); };
    if (known == by_id_.end()) {
      add(rule, std::move(from));
      tell_shards([this, answer](const outcome& told) mutable {
        index_->commit();
        answer(told);
      });
      return;
    }
    // In one version of the index: each message is the old definition's or the new one's.
    auto& e = known->second;
    const bool had_events = e.from.events != 0;
    forget_topics(e);
    e.rule = rule;
    e.from = std::move(from);
    ++e.generation;
    anon_send(e.actor, define_rule{rule, resources_.all(), e.generation});
    learn_topics(e);
    index_->commit();
    if (had_events || e.from.events != 0)
      tell_shards(answer);
    else
      answer(outcome{});
  }

  // By then somebody may have deleted it.
  void answer_with(const std::string& id, const outcome& told,
                   caf::typed_response_promise<rule_put> promise) {
    const auto known = by_id_.find(id);
    if (told.code != 0 || known == by_id_.end()) {
      promise.deliver(told.code != 0 ? rule_put{told.code, told.message, {}}
                                     : rule_put{bad_request, "Rule " + id + " Not Found", {}});
      return;
    }
    const auto& e = known->second;
    gather_figures(std::vector{e.actor}, [row = rule_row{e.rule, e.from.topics, {}},
                                          promise](std::vector<rule_figures>& figures) mutable {
      row.figures = std::move(figures.front());
      promise.deliver(rule_put{0, {}, std::move(row)});
    });
  }

  // The index knows it when it is committed, which waits until the shards know its slot.
  void add(std::shared_ptr<const rules::definition> rule, rule_sources from) {
    entry e;
    e.rule = std::move(rule);
    e.from = std::move(from);
    e.actor = spawn_rule(system(), around_, define_rule{e.rule, resources_.all(), e.generation}, e.waiting);
    e.slot = slots_.take({e.actor, e.waiting});
    learn_topics(e);
    const auto id = e.rule->id;
    by_id_.emplace(id, std::move(e));
    most_ = std::max<std::uint64_t>(most_, by_id_.size());
  }

  void learn_topics(const entry& e) {
    if (e.rule->enabled)
      for (const auto& topic : e.from.topics)
        if (!rules::names_events(topic))
          index_->subscribe(topic, {}, {e.slot, e.generation, 0, 0, 0});
  }

  void forget_topics(const entry& e) {
    for (const auto& topic : e.from.topics)
      if (!rules::names_events(topic))
        index_->unsubscribe(topic, {}, 0, e.slot, e.generation);
  }

  caf::result<switched> turn(bool on) {
    on_ = on;
    auto promise = make_response_promise<switched>();
    tell_shards([promise](const outcome& told) { deliver_told(promise, told.code == 0); });
    return promise;
  }

  std::shared_ptr<const rule_table> table() const {
    if (by_id_.empty() || !on_)
      return nullptr;
    auto out = std::make_shared<rule_table>(rule_table{slots_.all(), {}});
    for (const auto& [id, e] : by_id_)
      for (std::size_t kind = 0; e.rule->enabled && kind < rules::event_kind_count; ++kind)
        if ((e.from.events & rules::bit_of(static_cast<rules::event_kind>(kind))) != 0)
          out->events[kind].push_back({e.slot, e.generation});
    return out;
  }

  template <class Done>
  void tell_shards(Done after) {
    tell_all<switched>(
        this, around_->routers, set_rules{table()},
        [this, order = slots_.next_order(), after = std::move(after)](const outcome& told) mutable {
          if (const auto left = slots_.told(order, told.code == 0))
            log::warning("[Rule] {} slots stay out of use until all shards know their rules deleted", left);
          after(told);
        });
  }

  caf::result<outcome> remove(const std::string& id) {
    auto promise = make_response_promise<outcome>();
    save(
        store_kind::rules, id, {},
        [this, id, promise]() mutable {
          const auto known = by_id_.extract(id);
          if (known.empty()) { // it was left out at the start, or never there
            promise.deliver(outcome{});
            return;
          }
          const auto& e = known.mapped();
          forget_topics(e);
          index_->commit();
          slots_.empty(e.slot);
          tell_shards([actor = e.actor, promise](const outcome& told) mutable {
            caf::anon_send(actor, end_rule{}); // behind what the shards had for it
            promise.deliver(told);
          });
        },
        [promise](std::string why) mutable {
          promise.deliver(outcome{102, std::move(why)});
        });
    return promise;
  }

  outcome reset(const std::string& id) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end())
      return {bad_request, "Rule " + id + " Not Found"};
    caf::anon_send(known->second.actor, reset_rule_figures{});
    return {};
  }

  // -- resources --------------------------------------------------------------------------------------------

  caf::result<resource_page> list_resources(const resource_query& q) {
    resource_page page;
    for (const auto& [id, d] : resources_.definitions())
      if ((!q.id || *q.id == id) && (!q.type || *q.type == d.type))
        page.rows.push_back({d, false});
    std::stable_sort(page.rows.begin(), page.rows.end(), [](const auto& a, const auto& b) {
      return a.definition.created_at < b.definition.created_at;
    });
    if (!q.id || page.rows.empty())
      return page;
    auto promise = make_response_promise<resource_page>();
    request(resources_.all()->at(*q.id)->client(), request_timeout, backend_query{})
        .then(
            [page, promise](const backend_figures& f) mutable {
              page.rows.front().alive = f.up;
              promise.deliver(std::move(page));
            },
            [page, promise](const caf::error&) mutable { promise.deliver(std::move(page)); });
    return promise;
  }

  caf::result<resource_put> put(const put_resource& m) {
    auto checked = resources_.check(m);
    if (auto* wrong = std::get_if<std::string>(&checked))
      return resource_put{bad_request, std::move(*wrong), {}};
    auto& d = std::get<rules::resource_definition>(checked);
    if (m.test) {
      resources_.forget(d);
      return resource_put{0, {}, std::move(d)};
    }
    auto promise = make_response_promise<resource_put>();
    save(
        store_kind::resources, d.id, boost::json::serialize(to_record(d)),
        [this, d, promise]() mutable {
          resources_.start(d);
          use_resource(d.id);
          promise.deliver(resource_put{0, {}, std::move(d)});
        },
        [this, d, promise](std::string why) mutable {
          resources_.forget(d);
          promise.deliver(resource_put{102, std::move(why), {}});
        });
    return promise;
  }

  static bool needs(const std::vector<rules::action_definition>& actions, const std::string& resource) {
    return std::any_of(actions.begin(), actions.end(), [&](const auto& a) {
      const auto* id = a.params.if_contains("$resource");
      return (id != nullptr && id->is_string() && id->get_string() == resource) ||
             needs(a.fallbacks, resource);
    });
  }

  // Their topics and generation stay.
  void use_resource(const std::string& id) {
    for (const auto& [unused, e] : by_id_)
      if (needs(e.rule->actions, id))
        anon_send(e.actor, define_rule{e.rule, resources_.all(), e.generation});
  }

  caf::result<outcome> remove_resource_of(const std::string& id) {
    for (const auto& [rule, e] : by_id_)
      if (needs(e.rule->actions, id))
        return outcome{bad_request, "Bad Arguments: {dependency_exists,{rule,<<\"" + rule + "\">>}}"};
    auto promise = make_response_promise<outcome>();
    save(
        store_kind::resources, id, {},
        [this, id, promise]() mutable {
          resources_.remove(id);
          promise.deliver(outcome{});
        },
        [promise](std::string why) mutable {
          promise.deliver(outcome{102, std::move(why)});
        });
    return promise;
  }

  outcome start(const std::string& id) {
    const auto known = resources_.all()->find(id);
    if (known == resources_.all()->end())
      return {bad_request, "Resource " + id + " Not Found"};
    caf::anon_send(known->second->client(), probe_tick{});
    return {};
  }

  std::shared_ptr<const rule_surroundings> around_;
  std::shared_ptr<mqtt::subscription_index> index_;
  store_actor store_;
  resource_set resources_;
  bool on_; // emqx_rule_engine is loaded
  std::map<std::string, entry> by_id_;
  rule_slots<rule_table::entry> slots_{most_rules};
  std::uint64_t most_ = 0;
  std::int64_t last_number_ = 0;
  std::mt19937 random_{std::random_device{}()};
};

} // namespace

rules_actor spawn_rules(caf::actor_system& system, const directory& who, std::shared_ptr<node_gauges> gauges,
                        std::shared_ptr<mqtt::subscription_index> topics, const stored_rules& stored,
                        const stored_rules& resources, std::string folder,
                        std::shared_ptr<const rule_table>& table) {
  return system.spawn<rule_engine>(std::cref(who), std::move(gauges), std::move(topics), stored, resources,
                                   std::move(folder), std::ref(table));
}

} // namespace troupe
