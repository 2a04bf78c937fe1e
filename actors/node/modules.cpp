#include "troupe/actors/modules.hpp"

#include "../plugins/loaded_plugins.hpp"
#include "module_states.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/durable_file.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/module_record.hpp"
#include "troupe/actors/tell_all.hpp"
#include "troupe/actors/text_file.hpp"

#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstring>

namespace troupe {

namespace {

class modules final : public resilient<modules_actor> {
public:
  modules(caf::actor_config& c, std::vector<router_actor> routers, topic_metrics_actor topics, acl_actor acl,
          const module_states& states, store_actor store, std::string loaded_file)
      : resilient<modules_actor>(c),
        routers_(std::move(routers)),
        topics_(std::move(topics)),
        acl_(std::move(acl)),
        states_(states),
        store_(std::move(store)),
        loaded_file_(std::move(loaded_file)) {}

  const char* name() const override { return "modules"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const module_query&) { return states_.page(); },
            [this](const switch_module& m) { return change(m); },
            [this](const reload_module& m) { return reload(m); }};
  }

private:
  caf::result<outcome> change(const switch_module& m) {
    const auto which = find_module(m.name);
    if (!which)
      return outcome{112, "not_found"};
    if (states_.active(*which) == m.load)
      return m.load ? outcome{110, "already_started"} : outcome{111, "not_started"};
    auto promise = make_response_promise<outcome>();
    if (*which == module_kind::acl && m.load)
      // Nothing else is answered before: two switches of a module cannot cross.
      request(acl_, gathered_request_timeout, load_acl_file{})
          .await(
              [this, promise, which = *which](const outcome& o) mutable {
                if (o.code == 0)
                  keep(which, true, promise);
                else
                  give_up(which, true, promise, o.message);
              },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    else
      keep(*which, m.load, promise);
    return promise;
  }

  // None but the access rules has a file that could be read again.
  caf::result<outcome> reload(const reload_module& m) {
    const auto which = find_module(m.name);
    if (!which)
      return outcome{112, "not_found"};
    if (*which != module_kind::acl)
      return outcome{};
    using kind = load_acl_file::kind;
    return delegate(acl_, load_acl_file{m.strict ? kind::reload_strictly : kind::reload});
  }

  using promise_type = caf::typed_response_promise<outcome>;

  // On disc, then in effect; likewise with nothing between.
  void keep(module_kind which, bool load, const promise_type& promise) {
    if (!loaded_file_.empty()) {
      if (const auto error = write(which, load); error.empty())
        carry_out(which, load, promise);
      else
        give_up(which, load, promise, error);
      return;
    }
    store_change row{store_kind::modules, to_string(which),
                     boost::json::serialize(to_record(to_string(which), load))};
    request(store_, request_timeout, store_write{{std::move(row)}})
        .await(
            [this, promise, which, load](const store_written& w) mutable {
              if (w.status.ok())
                carry_out(which, load, promise);
              else
                give_up(which, load, promise, w.status.text);
            },
            [this, promise, which, load](const caf::error&) mutable {
              give_up(which, load, promise, "the store does not answer");
            });
  }

  // All of them, as EMQ X does; empty when the file has it.
  std::string write(module_kind which, bool load) const {
    std::vector<loaded_plugin> all;
    for (const auto& row : states_.page().rows)
      all.push_back({row.name, row.name == to_string(which) ? load : row.active});
    const int error = replace_linked_file(loaded_file_, format_loaded_plugins(all));
    if (error == 0)
      return {};
    log::error("[Modules] {} cannot be written: {}", log::printable(loaded_file_), std::strerror(error));
    return std::strerror(error);
  }

  // Shards may have the access rules already.
  void give_up(module_kind which, bool load, promise_type promise, const std::string& why) {
    if (which == module_kind::acl && load)
      caf::anon_send(acl_, load_acl_file{load_acl_file::kind::unload});
    promise.deliver(outcome{102, why});
  }

  void carry_out(module_kind which, bool load, promise_type promise) {
    states_.set(which, load);
    log::info("[Modules] {} has been {}", to_string(which), load ? "loaded" : "unloaded");
    if (which == module_kind::topic_metrics)
      request(topics_, gathered_request_timeout, load_topic_metrics{load})
          .then([promise](const outcome& o) mutable { promise.deliver(o); },
                [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    else if (which == module_kind::acl)
      finish_acl(load, promise);
    else
      tell_all<switched>(this, routers_, states_.features(),
                         [promise](const outcome& o) mutable { promise.deliver(o); });
  }

  void finish_acl(bool load, promise_type promise) {
    if (load) {
      promise.deliver(outcome{});
      return;
    }
    request(acl_, gathered_request_timeout, load_acl_file{load_acl_file::kind::unload})
        .then([promise](const outcome& o) mutable { promise.deliver(o); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  }

  std::vector<router_actor> routers_;
  topic_metrics_actor topics_;
  acl_actor acl_;
  module_states states_;
  store_actor store_;
  const std::string loaded_file_; // empty: the store has them
};

} // namespace

modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics, acl_actor acl, const module_states& states,
                            store_actor store, std::string loaded_file) {
  return system.spawn<modules>(std::move(routers), std::move(topic_metrics), std::move(acl), states,
                               std::move(store), std::move(loaded_file));
}

stored_modules switched_modules(const settings& config, stored_modules stored, std::string& error) {
  if (config.modules_loaded_file.empty())
    return stored;
  const auto file = read_text_file(config.modules_loaded_file);
  if (!file.error.empty())
    error = config.modules_loaded_file + ": " + file.error;
  if (!file.there || !file.error.empty())
    return stored;
  const auto found = parse_loaded_plugins(file.text);
  if (!found.error.empty())
    error = config.modules_loaded_file + ": " + found.error;
  stored_modules out;
  for (const auto& m : found.plugins)
    if (find_module(m.name))
      out.emplace_back(m.name, boost::json::serialize(to_record(m.name, m.loaded)));
    else if (m.loaded)
      log::warning("[Modules] there is no module {} in this version", log::printable(m.name));
  return out;
}

} // namespace troupe
