// A user of enhanced authentication on the disk: `{"mechanism","username","salt","iteration_count",
// "stored_key","server_key"}`, bytes in base64 (RFC 5802 section 3: the password is in none of them).
#pragma once

#include "troupe/mqtt/scram.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

struct sasl_record {
  mqtt::scram_hash mechanism = mqtt::scram_hash::sha1;
  std::string name;
  mqtt::scram_credentials credentials;
};

/// The key of a row in the store.
std::string sasl_key(mqtt::scram_hash mechanism, std::string_view name);

boost::json::object to_record(const sasl_record& user);
std::optional<sasl_record> read_sasl_record(const boost::json::value& record);

} // namespace troupe
