// The users and rules of the plugins of authentication in exported files (reference/http-api.md section 10).
#pragma once

#include "call.hpp"
#include "troupe/actors/plugin_messages.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace troupe {

/// Adds them to `data`, then calls `next`; the call is answered when access is silent.
void export_access(const call_ptr& c, const std::shared_ptr<boost::json::object>& data,
                   std::function<void()> next);

struct imported_access {
  std::vector<put_user> users;
  std::vector<acl_row> rules;
};

/// Nothing when one makes no sense.
std::optional<imported_access> read_access(const call& c, const boost::json::object& data);

/// Adds them one after the other, then calls `next`; those that exist are replaced, as with EMQ X. The call
/// is answered when one cannot be kept.
void import_access(const call_ptr& c, const std::shared_ptr<imported_access>& what,
                   std::function<void()> next);

} // namespace troupe
