// The list of rules (reference/http-api.md section 13).
#pragma once

#include "call.hpp"
#include "description.hpp"

namespace troupe {

/// All rules, the oldest first, as EMQ X 4.1 lists them. With a parameter of paging or a filter: a page of
/// those that all filters let through, the newest first, with its `meta`, as 4.3 does.
void list_rules(const call_ptr& c);

/// The parameters that it takes.
inline constexpr json_member rule_list_query[] = {{"_page", "integer"},     {"_limit", "integer"},
                                                  {"enabled", "boolean"},   {"for", "string"},
                                                  {"_like_id", "string"},   {"_like_for", "string"},
                                                  {"_match_for", "string"}, {"_like_description", "string"}};

} // namespace troupe
