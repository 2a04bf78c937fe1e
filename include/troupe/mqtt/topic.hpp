// Topic names and filters (MQTT 5.0 section 4.7) and shared subscriptions (section 4.8.2). UTF-8 is the
// decoder's business.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// Bytes of a topic at most.
inline constexpr std::size_t longest_topic = 65'535;

/// 1 to 65,535 bytes without wildcards and NUL.
bool valid_topic_name(std::string_view topic) noexcept;

/// 1 to 65,535 bytes, `+` alone in its level, `#` alone in the last one.
bool valid_topic_filter(std::string_view filter) noexcept;

bool has_wildcards(std::string_view filter) noexcept;

/// Levels of a name or filter: one more than slashes.
std::size_t level_count(std::string_view topic) noexcept;

/// Takes the first level off `rest`. `more` tells whether another follows (an empty last level is one).
std::string_view next_level(std::string_view& rest, bool& more) noexcept;

/// The group that exclusive subscriptions are kept in; `$share/…` cannot name it.
inline constexpr std::string_view exclusive_group = "$exclusive/";

/// What a subscription asks for: a plain filter (no group), `$share/<group>/<filter>`, `$queue/<filter>`
/// (group `$queue`), or `$exclusive/<filter>` (a group with room for one).
struct subscription_target {
  std::string_view group;
  std::string_view filter;

  bool exclusive() const noexcept { return group == exclusive_group; }
  bool shared() const noexcept { return !group.empty() && !exclusive(); }
};

/// Nothing when the filter is invalid, the group is empty or has wildcards, or prefixes are nested.
std::optional<subscription_target> parse_subscription(std::string_view subscription) noexcept;

/// Gives a subscription the one text that it is known by: `$queue/<filter>` becomes `$share/$queue/<filter>`,
/// which asks for the same.
void canonicalize(std::string& subscription);

/// The part of a subscription before its filter: `$share/<group>/`, `$queue/`, `$exclusive/` or nothing. The
/// subscription need not be valid.
std::string_view subscription_prefix(std::string_view subscription) noexcept;

/// Whether a valid filter matches a valid name. Filters that begin with a wildcard do not match names that
/// begin with `$` [MQTT-4.7.2-1].
bool matches(std::string_view filter, std::string_view name) noexcept;

/// Whether a valid filter may match names below `prefix` (whole levels, without a slash at its end).
bool may_match_below(std::string_view filter, std::string_view prefix) noexcept;

/// Whether `filter` covers the text of another filter by the same rules, wildcards of `stored` being ordinary
/// levels: `sensor/#` covers `sensor/+` (the API's `_match_topic`). An invalid `filter` covers nothing.
bool filter_matches_filter(std::string_view filter, std::string_view stored) noexcept;

} // namespace troupe::mqtt
