#include "troupe/actors/sasl_record.hpp"

#include "troupe/mqtt/base64.hpp"

namespace troupe {

namespace json = boost::json;

namespace {

std::optional<std::string> bytes_of(const json::object& members, const char* name) {
  const auto* member = members.if_contains(name);
  if (!member || !member->is_string())
    return std::nullopt;
  return mqtt::from_base64(member->get_string());
}

} // namespace

std::string sasl_key(mqtt::scram_hash mechanism, std::string_view name) {
  return std::string{mechanism == mqtt::scram_hash::sha1 ? "1" : "2"}.append(name);
}

json::object to_record(const sasl_record& user) {
  return {{"mechanism", mqtt::to_string(user.mechanism)},
          {"username", user.name},
          {"salt", mqtt::to_base64(user.credentials.salt)},
          {"iteration_count", user.credentials.iterations},
          {"stored_key", mqtt::to_base64(user.credentials.stored_key)},
          {"server_key", mqtt::to_base64(user.credentials.server_key)}};
}

std::optional<sasl_record> read_sasl_record(const json::value& record) {
  const auto* members = record.if_object();
  if (!members)
    return std::nullopt;
  const auto* mechanism = members->if_contains("mechanism");
  const auto* name = members->if_contains("username");
  const auto* iterations = members->if_contains("iteration_count");
  auto salt = bytes_of(*members, "salt"), stored_key = bytes_of(*members, "stored_key"),
       server_key = bytes_of(*members, "server_key");
  if (!mechanism || !mechanism->is_string() || !name || !name->is_string() || !iterations || !salt ||
      !stored_key || !server_key)
    return std::nullopt;
  const auto hash = mqtt::scram_mechanism(mechanism->get_string());
  json::error_code failed;
  const auto rounds = iterations->to_number<std::uint32_t>(failed);
  if (!hash || failed || rounds == 0)
    return std::nullopt;
  return sasl_record{*hash,
                     std::string{name->get_string()},
                     {std::move(*salt), rounds, std::move(*stored_key), std::move(*server_key)}};
}

} // namespace troupe
