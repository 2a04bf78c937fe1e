// Which of EMQ X's modules are on. Nothing here knows of actors.
#pragma once

#include "troupe/actors/admin_messages.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

struct settings;

/// In the order in which EMQ X lists them (reference/live-4.2.md).
enum class module_kind : std::size_t { delayed, topic_metrics, subscription, acl, rewrite, presence };

inline constexpr std::size_t module_count = static_cast<std::size_t>(module_kind::presence) + 1;

const char* to_string(module_kind which) noexcept; // "emqx_mod_delayed"

/// The module of that name; nothing when there is none.
std::optional<module_kind> find_module(std::string_view name) noexcept;

/// Name and record of each that was switched (module_record.hpp), as the store has them.
using stored_modules = std::vector<std::pair<std::string, std::string>>;

/// Whether a module was ever switched.
bool was_switched(const stored_modules& stored, module_kind which) noexcept;

class module_states {
public:
  /// As configured; those that were switched are as they were left. `rewrites`: there are rules of rewriting.
  module_states(const settings& config, const stored_modules& switched, bool rewrites);

  bool active(module_kind which) const noexcept { return active_[static_cast<std::size_t>(which)]; }
  void set(module_kind which, bool active) noexcept { active_[static_cast<std::size_t>(which)] = active; }

  /// What of them concerns a shard. Rewriting without rules costs it nothing.
  switch_features features() const noexcept;

  /// All of them.
  module_page page() const;

private:
  void restore(const std::string& name, const std::string& record);

  std::array<bool, module_count> active_{};
  bool rewrites_;
};

} // namespace troupe
