// A ban as JSON, the same in exported files and on the disk: `{"who":{"clientid":"x"},"by","reason","at",
// "until"}`, as EMQ X's exports have it (reference/http-api.md section 10).
#pragma once

#include "troupe/mqtt/ban_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace troupe {

boost::json::object to_record(const mqtt::ban& b);

/// Nothing when it is not one: no or an empty `who`, an address that is none, no `until`.
std::optional<mqtt::ban> read_ban_record(const boost::json::value& record);

/// Brings `who` into its canonical form. False when it is empty, or an address that is none.
bool normalize(mqtt::ban_kind as, std::string& who);

} // namespace troupe
