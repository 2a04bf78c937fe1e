#include "back_ends.hpp"

#include "../backends/pool.hpp"
#include "../plugins/plugin.hpp"
#include "acl_rows.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

// The same alarm as that of its pool, which clears it when it ends.
trouble_teller teller(std::string name, alarms_actor alarms) {
  return [name = std::move(name), alarms = std::move(alarms)](const std::string& reason) {
    if (!alarms)
      return;
    if (reason.empty())
      caf::anon_send(alarms, clear_alarm{alarm_kind::resource, name});
    else
      caf::anon_send(alarms, raise_alarm{alarm_kind::resource,
                                         name,
                                         {},
                                         {{"id", name}, {"type", std::string{"auth"}}, {"reason", reason}}});
  };
}

} // namespace

back_ends::back_ends(caf::actor_system& system, alarms_actor alarms)
    : system_(system), alarms_(std::move(alarms)) {}

back_end_actor back_ends::end(plugin_kind which) {
  auto old = find(which);
  if (old) {
    caf::anon_send_exit(old, caf::exit_reason::user_shutdown);
    running_.erase(which);
  }
  return old;
}

void back_ends::use(const std::vector<plugin_kind>& plugins, const settings& config) {
  std::erase_if(running_, [&](const auto& entry) {
    const bool stays = std::find(plugins.begin(), plugins.end(), entry.first) != plugins.end();
    if (!stays)
      caf::anon_send_exit(entry.second.actor, caf::exit_reason::user_shutdown);
    return !stays;
  });
  for (const auto kind : plugins) {
    const auto& p = plugin_of(kind);
    if (p.back_end == nullptr || running_.contains(kind))
      continue;
    auto wanted = p.back_end(config);
    if (!wanted.warning.empty())
      log::warning("[Back end] {}: {}", p.name, wanted.warning);
    pool_settings s{.name = p.name,
                    .type = "auth",
                    .workers = wanted.workers,
                    .longest = wanted.longest,
                    .refresh = idle_probe};
    if (wanted.tell_troubles)
      wanted.tell_troubles(teller(p.name, alarms_));
    running_.emplace(kind, running{system_.spawn<pool<ask_back_end, back_end_answer>>(
                                       std::move(s), std::move(wanted.make), alarms_),
                                   std::move(wanted.concerns)});
  }
}

back_end_actor back_ends::find(plugin_kind which) const {
  const auto i = running_.find(which);
  return i == running_.end() ? back_end_actor{} : i->second.actor;
}

bool back_ends::concerns(plugin_kind which, const access::client_facts& who) const {
  const auto i = running_.find(which);
  return i == running_.end() || !i->second.concerns || i->second.concerns(who);
}

access::acl_chain::deciders plugin_deciders(const settings& config, const std::vector<plugin_kind>& plugins,
                                            const acl_rows& rules) {
  access::acl_chain::deciders out;
  for (const auto kind : plugins) {
    const auto& p = plugin_of(kind);
    if (kind == plugin_kind::auth_mnesia)
      out.push_back(rules.compile(config.auth.mnesia_by_clientid));
    else if (p.back_end != nullptr)
      if (const auto b = p.back_end(config); b.authorizes || b.filters)
        out.push_back(std::make_shared<access::back_end_decider>(static_cast<std::uint8_t>(kind),
                                                                 b.authorizes, b.filters));
  }
  return out;
}

} // namespace troupe
