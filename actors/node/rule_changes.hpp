// A change of the rules of emqx_auth_mnesia. Nothing here knows of actors.
#pragma once

#include "acl_rows.hpp"
#include "kept_changes.hpp"
#include "troupe/actors/messages.hpp"

#include <optional>
#include <string>

namespace troupe {

/// A rule more, or without `row` one less, of `rules`, which outlives it.
kept_changes::change rule_change(acl_rows& rules, acl_subject who, std::string topic,
                                 std::optional<acl_row> row);

} // namespace troupe
