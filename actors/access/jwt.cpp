#include "jwt.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cmath>
#include <optional>

namespace troupe::access {

namespace {

namespace json = boost::json;

std::optional<json::object> object_of(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text)
    return {};
  json::error_code failed;
  auto value = json::parse(*text, failed);
  return !failed && value.is_object() ? std::optional{std::move(value.get_object())} : std::nullopt;
}

struct token_parts {
  json::object header, claims;
  std::string signature;
  std::string_view text; // that is signed
};

std::optional<token_parts> split(std::string_view token) {
  if (token.size() > longest_jwt)
    return {};
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos)
    return {};
  auto header = object_of(token.substr(0, first));
  auto claims = object_of(token.substr(first + 1, second - first - 1));
  if (!header || !claims)
    return {};
  // An empty one, as of `none`, is a signature that fits nothing.
  const auto tail = token.substr(second + 1);
  auto signature = tail.empty() ? std::optional{std::string{}} : from_base64url(tail);
  if (!signature)
    return {};
  return token_parts{std::move(*header), std::move(*claims), std::move(*signature), token.substr(0, second)};
}

std::string_view text_member(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
}

// Nothing: there is no such claim. NaN: it is no number.
std::optional<double> time_claim(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr)
    return {};
  return value->is_number() ? value->to_number<double>() : std::nan("");
}

jwt_status check_times(const json::object& claims, std::int64_t now) {
  const auto end = time_claim(claims, "exp"), begin = time_claim(claims, "nbf");
  if ((end && std::isnan(*end)) || (begin && std::isnan(*begin)))
    return jwt_status::refused;
  if (end && static_cast<double>(now) >= *end)
    return jwt_status::expired;
  return begin && static_cast<double>(now) < *begin ? jwt_status::not_yet : jwt_status::valid;
}

} // namespace

const char* to_string(jwt_status status) noexcept {
  static constexpr std::array<const char*, 7> names{
      "valid", "no token", "unknown key", "bad signature", "expired", "not yet valid", "refused"};
  return names[static_cast<std::size_t>(status)];
}

bool is_jwt(std::string_view text) { return split(text).has_value(); }

jwt_verdict verify_jwt(std::string_view token, const jwt_keys& keys, std::int64_t now) {
  auto parts = split(token);
  if (!parts)
    return {};
  const auto algorithm = find_jwt_algorithm(text_member(parts->header, "alg"));
  if (!algorithm ||
      parts->header.contains("crit")) // of which nothing is understood [RFC 7515 section 4.1.11]
    return {.status = jwt_status::refused};
  switch (keys.verify(*algorithm, text_member(parts->header, "kid"), parts->text, parts->signature)) {
    case jwt_keys::match::no_key: return {.status = jwt_status::unknown_key};
    case jwt_keys::match::no: return {.status = jwt_status::bad_signature};
    case jwt_keys::match::yes: break;
  }
  const auto status = check_times(parts->claims, now);
  if (status != jwt_status::valid)
    return {.status = status};
  return {status, std::move(parts->claims)};
}

std::optional<std::string> claim_text(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr || value->is_null() || value->is_structured())
    return {};
  return value->is_string() ? std::string{value->get_string()} : json::serialize(*value);
}

} // namespace troupe::access
