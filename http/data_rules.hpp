// The rules and their resources in exported files (reference/http-api.md section 10).
#pragma once

#include "call.hpp"
#include "troupe/actors/rule_messages.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace troupe {

/// Adds them to `data`, then calls `next`; the call is answered when the rule engine is silent.
void export_rules(const call_ptr& c, const std::shared_ptr<boost::json::object>& data,
                  std::function<void()> next);

struct imported_rules {
  std::vector<put_resource> resources; // to be there before
  std::vector<put_rule> rules;
  std::size_t failed = 0; // of both
};

/// Nothing when one makes no sense; the log tells which.
std::optional<imported_rules> read_rules(const boost::json::object& data);

/// Adds them one after the other, then calls `next`; those that exist are replaced, as with EMQ X. What
/// cannot be carried out or kept is left out, counted and logged. The call is answered when the rule engine
/// is silent.
void import_rules(const call_ptr& c, const std::shared_ptr<imported_rules>& what, std::function<void()> next);

} // namespace troupe
