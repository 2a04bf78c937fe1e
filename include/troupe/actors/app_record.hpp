// An application as JSON, the same in exported files and on the disk:
// `{"id","secret","name","desc","status","expired"}`, as EMQ X's exports have it.
#pragma once

#include "troupe/actors/admin_messages.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace troupe {

/// `secret` is its hash.
boost::json::object to_record(const app_row& app, const std::string& secret);

/// Nothing when it has no id or no secret. The secret may be plain, as EMQ X writes it; a status that is
/// missing is off.
std::optional<add_app> read_app_record(const boost::json::value& record);

} // namespace troupe
