// The back ends of the loaded plugins, each behind a pool of its own. Belongs to the access actor.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/access/client_facts.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <vector>

namespace troupe {

struct settings;
class acl_rows;

class back_ends {
public:
  /// Time for a question to one, beyond what it allows itself.
  static constexpr std::chrono::seconds patience{150};

  back_ends(caf::actor_system& system, alarms_actor alarms);
  back_ends(const back_ends&) = delete;
  back_ends& operator=(const back_ends&) = delete;

  /// Starts those of these plugins that do not run, with these settings, and ends the others.
  void use(const std::vector<plugin_kind>& plugins, const settings& config);

  /// Ends that of one plugin, and returns who ends; null: it has none, or is not loaded.
  back_end_actor end(plugin_kind which);

  /// Null: the plugin has none, or is not loaded.
  back_end_actor find(plugin_kind which) const;

  /// Whether it could know the client; it is not asked about others.
  bool concerns(plugin_kind which, const access::client_facts& who) const;

private:
  struct running {
    back_end_actor actor;
    std::function<bool(const access::client_facts&)> concerns; // null: it could know everybody
  };

  caf::actor_system& system_;
  alarms_actor alarms_;
  std::map<plugin_kind, running> running_;
};

/// What decides about topics for these plugins, in their order.
access::acl_chain::deciders plugin_deciders(const settings& config, const std::vector<plugin_kind>& plugins,
                                            const acl_rows& rules);

} // namespace troupe
