// The plugins: what can be loaded and unloaded while the broker runs, in an order that their hooks keep.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe {

class io_loop;        // actors/bridge/io_loop.hpp
class plugin_states;  // actors/plugins/plugin_states.hpp
class psk_identities; // actors/tls/psk_identities.hpp
struct node_gauges;
struct settings;
struct sink_table; // sink_messages.hpp

/// What the plugins actor works on.
struct plugin_surroundings {
  modules_actor modules; // has the state of emqx_delayed_publish
  access_actor access;   // asks those that authenticate
  rules_actor rules;     // those of emqx_rule_engine
  alarms_actor alarms;   // learns of plugins that crash; null: nobody does
  std::vector<router_actor> routers;
  std::shared_ptr<plugin_flags> flags;
  std::shared_ptr<psk_identities> psk; // of emqx_psk_file
  std::shared_ptr<node_gauges> gauges; // those of the plugins
  const settings* config;              // as at the start; outlives the actor
  store_actor store = {};              // null: bridges keep nothing
  std::shared_ptr<io_loop> loop = {};  // of bridges
  retainer_actor retainer = {};        // null: nobody is told of `retainer.*`
};

/// Starts with these states, which access, rules, psk and flags have already; `sinks` becomes what the shards
/// begin with. A switch is answered when the file has it and it has taken effect, or with an error when that
/// takes too long, as while a shard hangs: then it takes effect later. One that cannot be kept does not
/// happen. A plugin that is loaded or reloaded begins with its settings as the files have them then; while
/// they are wrong (code 102 says how) nothing happens. Ends with its exit message, and the actors of its
/// plugins with it.
plugins_actor spawn_plugins(caf::actor_system& system, const plugin_states& states,
                            plugin_surroundings surroundings, std::shared_ptr<const sink_table>& sinks);

/// Where the file `loaded_plugins` is, or will be.
std::string loaded_plugins_file(const settings& config);

/// The states at the start: of that file, or of the first start with the plugins of the settings. A file that
/// is wrong is an error, for a plugin that asks for passwords may stand behind its bad term; names that this
/// version has not are told in the log. One that does not know of emqx_rule_engine is older than that plugin:
/// rules go on.
plugin_states load_plugin_states(const settings& config, std::string& error);

/// The same without a word in the log.
plugin_states read_plugin_states(const settings& config, std::string& error);

/// Why a broker does not start that is to load `plugin`, which there is not; empty: it does without.
std::string why_missing(const std::string& plugin);

} // namespace troupe
