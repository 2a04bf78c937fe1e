#include "troupe/actors/plugins.hpp"

#include "../tls/psk_identities.hpp"
#include "plugin_actors.hpp"
#include "plugin_states.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/durable_file.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/settings_file.hpp"
#include "troupe/actors/tell_all.hpp"
#include "troupe/actors/text_file.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/shown_text.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstring>
#include <functional>

namespace troupe {

namespace {

constexpr const char* delayed_module = "emqx_mod_delayed";
constexpr std::size_t longest_answer = 1024; // bytes of a mistake in an answer and in the log

using action = switch_plugin::action;

class plugins final : public resilient<plugins_actor> {
public:
  plugins(caf::actor_config& c, plugin_states states, plugin_surroundings surroundings,
          std::shared_ptr<const sink_table>& sinks)
      : resilient<plugins_actor>(c),
        states_(std::move(states)),
        where_(std::move(surroundings)),
        // until a plugin has others; whose they are outlives this actor
        config_(std::shared_ptr<const settings>{}, where_.config),
        actors_({system(), *where_.config, where_.alarms, where_.gauges, where_.routers, where_.store,
                 where_.loop}) {
    for (const auto& e : states_.entries())
      if (const auto* p = find_plugin(e.name); p != nullptr && e.loaded)
        watch(*p);
    sinks = actors_.table();
    set_down_handler([this](caf::down_msg& m) { on_down(m); });
  }

  const char* name() const override { return "plugins"; }

  void on_exit() override { actors_.stop_all(); }

protected:
  behavior_type make_behavior() override {
    return {[this](const plugin_query&) { return list(); },
            [this](const switch_plugin& m) { return change(m); }};
  }

private:
  using promise_type = caf::typed_response_promise<outcome>;

  static bool is_delaying(const module_row& row) { return row.name == delayed_module; }

  // What the module of delayed publishes is, its plugin is.
  caf::typed_response_promise<plugin_page> list() {
    auto promise = make_response_promise<plugin_page>();
    request(where_.modules, request_timeout, module_query{})
        .then(
            [this, promise](const module_page& modules) mutable {
              const bool delaying =
                  std::any_of(modules.rows.begin(), modules.rows.end(),
                              [](const module_row& row) { return is_delaying(row) && row.active; });
              plugin_page page;
              for (const auto* p : all_plugins())
                page.rows.push_back(
                    {p->name, p->version, p->description, to_string(p->type),
                     p->kind == plugin_kind::delayed_publish ? delaying : states_.loaded(*p)});
              promise.deliver(std::move(page));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  caf::result<outcome> change(const switch_plugin& m) {
    const auto* p = find_plugin(m.name);
    if (p == nullptr)
      return outcome{known_elsewhere(m.name) ? 102 : 112, "not_found"};
    if (p->kind == plugin_kind::delayed_publish)
      return delay(*p, m.what);
    if (states_.loaded(*p)) {
      if (m.what == action::load)
        return outcome{110, "already_started"};
      if (m.what == action::reload)
        return reload(*p);
    } else if (m.what == action::unload) {
      return outcome{111, "not_started"};
    }
    return carry_out(*p, m.what != action::unload);
  }

  // -- settings of plugins ------------------------------------------------------------------------------

  // Those of the plugin as the files have them now; null: they are wrong, and `error` says how.
  std::shared_ptr<const settings> read_again(const plugin& p, std::string& error) {
    auto found = reload_plugin_settings(*config_, p.name);
    for (const auto& w : found.warnings)
      log::warning("[Plugins] {}", log::printable(w));
    if (!found.errors.empty())
      error = found.errors.front();
    else if (p.kind == plugin_kind::psk_file)
      error = where_.psk->load(found.values.psk);
    if (error.empty())
      return std::make_shared<const settings>(std::move(found.values));
    error = mqtt::one_line(error, longest_answer);
    log::error("[Plugins] {} stays as it is: {}", p.name, error);
    return nullptr;
  }

  // What it does begins anew with these settings.
  caf::result<outcome> reload(const plugin& p) {
    std::string error;
    auto anew = read_again(p, error);
    if (!anew)
      return outcome{102, std::move(error)};
    config_ = std::move(anew);
    log::info("[Plugins] {} has been loaded anew", p.name);
    auto promise = make_response_promise<outcome>();
    if (const auto old = actors_.take(p))
      send_exit(old, caf::exit_reason::user_shutdown);
    tell_shards(p, true, [this, promise, &p](const outcome& told) mutable {
      if (p.kind == plugin_kind::rule_engine) // rules are on already
        promise.deliver(told);
      else
        tell_others(p, true, promise, told);
    });
    return promise;
  }

  // Empty when the file has it.
  std::string keep(const plugin& p, bool loaded) {
    const auto before = states_;
    states_.set(p, loaded);
    const auto file = loaded_plugins_file(*where_.config);
    const int error = replace_linked_file(file, format_loaded_plugins(states_.entries()));
    if (error == 0)
      return {};
    states_ = before;
    log::error("[Plugins] {} cannot be written: {}", log::printable(file), std::strerror(error));
    return std::strerror(error);
  }

  caf::result<outcome> carry_out(const plugin& p, bool loaded) {
    const bool has_psk = p.kind == plugin_kind::psk_file;
    if (loaded) {
      std::string error;
      auto anew = read_again(p, error);
      if (!anew)
        return outcome{102, std::move(error)};
      config_ = std::move(anew);
    }
    if (auto error = keep(p, loaded); !error.empty()) {
      if (has_psk && loaded)
        where_.psk->clear();
      return outcome{102, std::move(error)};
    }
    log::info("[Plugins] {} has been {}", p.name, loaded ? "loaded" : "unloaded");
    if (has_psk && !loaded)
      where_.psk->clear();
    // Clients and calls are sent to the plugins only while these are ready for them.
    if (!loaded)
      where_.flags->set(p.kind, false);
    auto promise = make_response_promise<outcome>();
    tell_shards(p, loaded, [this, promise, &p, loaded](const outcome& told) mutable {
      tell_others(p, loaded, promise, told);
    });
    return promise;
  }

  void tell_others(const plugin& p, bool loaded, const promise_type& promise, const outcome& told) {
    if (p.kind == plugin_kind::rule_engine)
      request(where_.rules, gathered_request_timeout, switch_rules{loaded})
          .await(in_effect(p, promise, told), late(p, promise));
    else if (p.authenticates())
      tell_access(p, loaded, promise, told);
    else if (p.kind == plugin_kind::retainer && loaded && where_.retainer)
      request(where_.retainer, request_timeout, limits_of(config_->retainer))
          .await(in_effect(p, promise, told), late(p, promise));
    else
      in_effect(p, promise, told)(switched{});
  }

  void tell_access(const plugin& p, bool loaded, const promise_type& promise, const outcome& told) {
    order_authenticators order{states_.authenticators(), {}, {}};
    if (loaded) {
      order.config = config_;
      order.begins = p.kind;
    }
    request(where_.access, gathered_request_timeout, std::move(order))
        .await(in_effect(p, promise, told), late(p, promise));
  }

  static limit_retained limits_of(const retainer_settings& s) {
    return {s.max_retained_messages, s.max_payload_size, s.expiry_interval.count()};
  }

  std::function<void(const switched&)> in_effect(const plugin& p, promise_type promise, const outcome& told) {
    return [this, promise, told, &p](const switched&) mutable {
      flag(p);
      promise.deliver(told);
    };
  }

  // Who did not answer in time, as while a shard hangs, has the message and will act by it: without the flag
  // clients would never be sent there.
  std::function<void(caf::error&)> late(const plugin& p, promise_type promise) {
    return [this, promise, &p](caf::error& e) mutable {
      flag(p);
      promise.deliver(std::move(e));
    };
  }

  // It may have been switched again meanwhile.
  void flag(const plugin& p) { where_.flags->set(p.kind, states_.loaded(p)); }

  // -- actors of plugins ------------------------------------------------------------------------------

  void watch(const plugin& p) {
    if (const auto actor = actors_.start(p, config_))
      monitor(actor);
  }

  // Calls `after(outcome)`: a success when the shards know who is told of events now.
  template <class Done>
  void tell_shards(const plugin& p, bool loaded, Done after) {
    forget_crash(p);
    if (p.start == nullptr) {
      after(outcome{});
      return;
    }
    if (loaded)
      watch(p);
    else if (const auto old = actors_.take(p))
      send_exit(old, caf::exit_reason::user_shutdown);
    tell_all<switched>(this, where_.routers, use_sinks{actors_.table()}, after);
  }

  void forget_crash(const plugin& p) {
    if (where_.alarms)
      send(where_.alarms, clear_alarm{alarm_kind::plugin, p.name});
  }

  // It has thrown something. Another one takes its place, and clears the alarm when it works.
  void on_down(const caf::down_msg& down) {
    const auto* p = actors_.find(down.source);
    if (p == nullptr)
      return;
    const auto why = system().render(down.reason);
    if (const auto left_out = lines_.next(now_ms()))
      log::error("[Plugins] {} has crashed: {}{}", p->name, log::printable(why), left_out_note(*left_out));
    if (where_.alarms)
      send(where_.alarms, raise_alarm{alarm_kind::plugin, p->name, {}, {{"error", why}}});
    actors_.take(*p);
    watch(*p);
    gather<switched>(this, where_.routers, use_sinks{actors_.table()}, [](const std::vector<switched>&) {});
  }

  caf::result<outcome> delay(const plugin& p, action what) {
    auto promise = make_response_promise<outcome>();
    request(where_.modules, gathered_request_timeout, switch_module{delayed_module, what != action::unload})
        .then(
            [this, promise, &p, what](const outcome& o) mutable {
              if (o.code == 0)
                keep(p, what != action::unload); // the module's own record is what counts
              const bool on_already = o.code == 110 && what == action::reload;
              promise.deliver(on_already ? outcome{} : o);
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  plugin_states states_;
  plugin_surroundings where_;
  std::shared_ptr<const settings> config_; // those of plugins as they were loaded last
  plugin_actors actors_;
  log_limiter lines_;
};

} // namespace

plugins_actor spawn_plugins(caf::actor_system& system, const plugin_states& states,
                            plugin_surroundings surroundings, std::shared_ptr<const sink_table>& sinks) {
  return system.spawn<plugins>(states, std::move(surroundings), std::ref(sinks));
}

std::string loaded_plugins_file(const settings& config) {
  return config.plugins_loaded_file.empty() ? config.node.data_dir + "/loaded_plugins"
                                            : config.plugins_loaded_file;
}

namespace {

// `plugins.load`, or EMQX_LOADED_PLUGINS, counts until the file is there.
void warn_of_unheeded(const std::vector<std::string>& named, const plugin_states& states,
                      const std::string& file) {
  std::string unheeded;
  for (const auto& name : named)
    if (std::none_of(states.entries().begin(), states.entries().end(),
                     [&](const loaded_plugin& e) { return e.loaded && e.name == name; }))
      unheeded += (unheeded.empty() ? "" : ", ") + name;
  if (!unheeded.empty())
    log::warning("[Plugins] plugins.load (or EMQX_LOADED_PLUGINS) counts at the first start only: {} is "
                 "there, and does not load {}",
                 file, unheeded);
}

} // namespace

plugin_states read_plugin_states(const settings& config, std::string& error) {
  const auto file = loaded_plugins_file(config);
  const auto kept = read_text_file(file);
  if (!kept.there)
    return plugin_states::of_first_start(config.plugins);
  auto found = parse_loaded_plugins(kept.text);
  if (const auto& why = kept.error.empty() ? found.error : kept.error; !why.empty())
    error = file + ": " + why;
  plugin_states states{std::move(found.plugins)};
  if (!states.knows(rule_engine_plugin))
    states.set(rule_engine_plugin, true);
  return states;
}

plugin_states load_plugin_states(const settings& config, std::string& error) {
  auto states = read_plugin_states(config, error);
  if (error.empty())
    warn_of_unheeded(config.plugins, states, loaded_plugins_file(config));
  for (const auto& name : states.unknown())
    log::warning("[Plugins] there is no plugin {} in this version", log::printable(name));
  return states;
}

std::string why_missing(const std::string& plugin) {
  return plugin.starts_with("emqx_auth_")
             ? "the plugin " + plugin +
                   " is to be loaded, and there is none: take it out of loaded_plugins or plugins.load"
             : std::string{};
}

} // namespace troupe
