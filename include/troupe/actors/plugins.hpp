// The plugins: what can be loaded and unloaded while the broker runs, in an order that their hooks keep.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <string>

namespace troupe {

class plugin_states; // actors/plugins/plugin_states.hpp

/// What the plugins actor works on.
struct plugin_surroundings {
  modules_actor modules; // has the state of emqx_delayed_publish
  access_actor access;   // asks those that authenticate
  std::shared_ptr<plugin_flags> flags;
  std::string folder; // of the file `loaded_plugins`
};

/// Starts with these states, which access and flags have already. A switch is answered when the file has it
/// and it has taken effect; one that cannot be kept does not happen.
plugins_actor spawn_plugins(caf::actor_system& system, const plugin_states& states,
                            plugin_surroundings surroundings);

/// The states at the start: of the file `loaded_plugins` in the folder, or of the first start with the named
/// plugins. A file that is wrong is an error, for a plugin that asks for passwords may stand behind its bad
/// term; names that this version has not are told in the log.
plugin_states load_plugin_states(const std::string& folder, const std::vector<std::string>& named,
                                 std::string& error);

} // namespace troupe
