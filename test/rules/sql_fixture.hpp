// Runs rule SQL on an event that a test describes as JSON.
#pragma once

#include "troupe/rules/json_event.hpp"
#include "troupe/rules/query.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace troupe::rules::testing {

inline constexpr std::string_view plain_message =
    R"({"event":"message.publish","clientid":"c1","username":"u1","topic":"t/1","qos":1,"payload":"hi"})";

/// The outputs as JSON, one after the other with a space between; "-" when the condition does not hold, and
/// "! …" with what went wrong.
inline std::string run(std::string_view sql, std::string_view event_json = plain_message) {
  auto parsed = query::parse(sql);
  if (const auto* error = std::get_if<sql_error>(&parsed))
    return "! " + to_string(*error);
  const auto& q = std::get<query>(parsed);
  const auto members = boost::json::parse({event_json.data(), event_json.size()}).as_object();
  const json_event e{members};
  workspace w;
  const auto v = q.run(e, w);
  if (v.what == verdict::kind::failed)
    return "! " + v.error;
  if (!v.matched())
    return "-";
  std::string out;
  for (std::size_t i = 0; i < query::outputs(w); ++i) {
    if (i > 0)
      out += ' ';
    query::output(w, i).append_json(out);
  }
  return out;
}

/// The value of an expression as JSON.
inline std::string value_of(std::string_view expression, std::string_view event_json = plain_message) {
  auto out = run("SELECT " + std::string{expression} + " AS x FROM \"t/#\"", event_json);
  return out.starts_with("{\"x\":") ? out.substr(5, out.size() - 6) : out;
}

/// An event with that payload.
inline std::string message_with(std::string_view payload) {
  std::string out = R"({"clientid":"c1","username":"u1","topic":"t/1","qos":1,"payload":)";
  append_json_string(out, payload);
  return out + '}';
}

} // namespace troupe::rules::testing
