#include "troupe/actors/plugins.hpp"

#include "plugin_states.hpp"
#include "troupe/actors/durable_file.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace troupe {

namespace {

constexpr const char* file_name = "loaded_plugins";
constexpr const char* delayed_module = "emqx_mod_delayed";

using action = switch_plugin::action;

class plugins final : public plugins_actor::base {
public:
  plugins(caf::actor_config& c, plugin_states states, plugin_surroundings surroundings)
      : plugins_actor::base(c), states_(std::move(states)), where_(std::move(surroundings)) {}

  const char* name() const override { return "plugins"; }

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
      if (m.what == action::reload) {
        log::info("[Plugins] {} has been loaded anew", p->name);
        return outcome{}; // its settings are read at the start of the broker alone
      }
    } else if (m.what == action::unload) {
      return outcome{111, "not_started"};
    }
    return carry_out(*p, m.what != action::unload);
  }

  // Empty when the file has it.
  std::string keep(const plugin& p, bool loaded) {
    const auto before = states_;
    states_.set(p, loaded);
    const int error = replace_file(where_.folder, file_name, format_loaded_plugins(states_.entries()));
    if (error == 0)
      return {};
    states_ = before;
    log::error("[Plugins] {} cannot be written: {}", file_name, std::strerror(error));
    return std::strerror(error);
  }

  caf::result<outcome> carry_out(const plugin& p, bool loaded) {
    if (auto error = keep(p, loaded); !error.empty())
      return outcome{102, std::move(error)};
    log::info("[Plugins] {} has been {}", p.name, loaded ? "loaded" : "unloaded");
    if (!p.authenticates()) {
      where_.flags->set(p.kind, loaded);
      return outcome{};
    }
    // Clients are sent to the plugins only while these are ready for them.
    if (!loaded)
      where_.flags->set(p.kind, false);
    auto promise = make_response_promise<outcome>();
    request(where_.access, request_timeout, order_authenticators{states_.authenticators()})
        .await(
            [this, promise, kind = p.kind, loaded](const switched&) mutable {
              where_.flags->set(kind, loaded);
              promise.deliver(outcome{});
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
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
};

} // namespace

plugins_actor spawn_plugins(caf::actor_system& system, const plugin_states& states,
                            plugin_surroundings surroundings) {
  return system.spawn<plugins>(states, std::move(surroundings));
}

plugin_states load_plugin_states(const std::string& folder, const std::vector<std::string>& named,
                                 std::string& error) {
  std::ifstream in{folder + '/' + file_name};
  auto states = plugin_states::of_first_start(named);
  if (in) {
    auto found = parse_loaded_plugins(std::string{std::istreambuf_iterator<char>{in}, {}});
    if (!found.error.empty())
      error = folder + '/' + file_name + ": " + found.error;
    states = plugin_states{std::move(found.plugins)};
  }
  for (const auto& name : states.unknown())
    log::warning("[Plugins] there is no plugin {} in this version", log::printable(name));
  return states;
}

} // namespace troupe
