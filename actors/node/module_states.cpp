#include "module_states.hpp"

#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/module_record.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace troupe {

namespace {

struct module_text {
  const char* name;
  const char* description;
};

constexpr std::array<module_text, module_count> texts{{
    {"emqx_mod_delayed", "EMQ X Delayed Publish Module"},
    {"emqx_mod_topic_metrics", "EMQ X Topic Metrics Module"},
    {"emqx_mod_subscription", "EMQ X Subscription Module"},
    {"emqx_mod_acl_internal", "EMQ X Internal ACL Module"},
    {"emqx_mod_rewrite", "EMQ X Topic Rewrite Module"},
    {"emqx_mod_presence", "EMQ X Presence Module"},
}};

} // namespace

const char* to_string(module_kind which) noexcept { return texts[static_cast<std::size_t>(which)].name; }

std::optional<module_kind> find_module(std::string_view name) noexcept {
  for (std::size_t i = 0; i < module_count; ++i)
    if (name == texts[i].name)
      return static_cast<module_kind>(i);
  return std::nullopt;
}

bool was_switched(const stored_modules& stored, module_kind which) noexcept {
  return std::any_of(stored.begin(), stored.end(),
                     [&](const auto& row) { return row.first == to_string(which); });
}

module_states::module_states(const settings& config, const stored_modules& switched, bool rewrites)
    : rewrites_(rewrites) {
  set(module_kind::delayed, config.modules.delayed);
  set(module_kind::topic_metrics, config.modules.topic_metrics);
  set(module_kind::subscription, config.modules.subscription && !config.auto_subscriptions.empty());
  set(module_kind::acl, true);
  set(module_kind::rewrite, config.modules.rewrite && rewrites);
  set(module_kind::presence, config.presence.enabled);
  for (const auto& [name, record] : switched)
    restore(name, record);
}

// What cannot be read stays where it is: another version may have written it.
void module_states::restore(const std::string& name, const std::string& record) {
  boost::json::error_code failed;
  const auto what = read_module_record(boost::json::parse(record, failed));
  const auto which = find_module(name);
  if (failed || !what || what->name != name || !which) {
    log::error("[Modules] the stored state of {} cannot be read", log::printable(name));
    return;
  }
  if (active(*which) != what->load)
    log::info("[Modules] {} is {}, as it was switched; the configuration has it otherwise", name,
              what->load ? "on" : "off");
  set(*which, what->load);
}

switch_features module_states::features() const noexcept {
  switch_features out;
  if (active(module_kind::rewrite) && rewrites_)
    out.hooks |= mqtt::hook_rewrite;
  if (active(module_kind::delayed))
    out.hooks |= mqtt::hook_delayed;
  out.presence = active(module_kind::presence);
  out.subscription = active(module_kind::subscription);
  return out;
}

module_page module_states::page() const {
  module_page out;
  for (std::size_t i = 0; i < module_count; ++i)
    out.rows.push_back({texts[i].name, texts[i].description, active_[i]});
  return out;
}

} // namespace troupe
