// Settings of emqx_web_hook.
#include "back_end_setters.hpp"
#include "rules.hpp"
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/access/url.hpp"
#include "troupe/mqtt/topic.hpp"
#include "values.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace troupe::config {

namespace {

using hook = web_hook_settings;

const char* set_hook_url(settings& to, std::string_view v) {
  if (!access::parse_url(v))
    return "http://host:port/path or https://…, perhaps with user:password@ before the host";
  to.web_hook.url = std::string{v};
  return nullptr;
}

const char* set_payload_form(settings& to, std::string_view v) {
  using form = hook::payload_form;
  if (v != "base62" && v != "base64" && v != "plain" && !v.empty())
    return "plain, base62 or base64";
  to.web_hook.payload = v == "base62" ? form::base62 : v == "base64" ? form::base64 : form::plain;
  return nullptr;
}

// `{"action": "on_client_connect", "topic": "a/#"}`
std::string read_hook_rule(const web_hook_event& event, std::string_view text, web_hook_rule& rule) {
  std::string expected =
      "{\"action\": \"on_" + std::string{event.action} + "\"}, perhaps with \"topic\": a filter";
  boost::json::error_code failed;
  const auto value = boost::json::parse({text.data(), text.size()}, failed);
  if (failed || !value.is_object())
    return expected;
  for (const auto& member : value.get_object()) {
    if (!member.value().is_string())
      return expected;
    const std::string_view written{member.value().get_string().data(), member.value().get_string().size()};
    if (member.key() == "topic" && mqtt::valid_topic_filter(written))
      rule.topic = written;
    else if (member.key() != "action" || written != "on_" + std::string{event.action})
      return expected;
  }
  rule.on = event.kind;
  return value.get_object().contains("action") ? "" : expected;
}

} // namespace

std::span<const row<settings>> web_hook_rows() {
  static const auto rows = [] {
    using s = settings;
    std::vector<row<settings>> all{
        {"web.hook.api.url", set_hook_url, "http://127.0.0.1:8080",
         "The server that emqx_web_hook tells of events, as EMQ X up to 4.2 names it"},
        {"web.hook.url", set_hook_url, "http://127.0.0.1:8080", "The same, which wins"},
        {"web.hook.encode_payload", set_payload_form, "plain",
         "Payloads in its requests: plain, base62 or base64"},
        {"web.hook.body.encoding_of_payload_field", set_payload_form, "plain", "The same, which wins"},
        {"web.hook.connect_timeout", period<s>(&s::web_hook, &hook::connect_timeout), "5s",
         "Time for the connection"},
        {"web.hook.request_timeout", period<s>(&s::web_hook, &hook::request_timeout), "5s",
         "Time without any byte of the answer"},
        {"web.hook.pool_size", integer<s>(1, 256, "an integer from 1 to 256", &s::web_hook, &hook::pool),
         "32",
         "Requests at a time, of one client one after the other; each has a thread and a connection of its "
         "own"},
    };
    add_tls(all, "web.hook.ssl.", &s::web_hook, &hook::tls);
    return all;
  }();
  return rows;
}

bool set_web_hook_rule(web_hook_settings& to, std::string_view key, std::string_view value,
                       std::string& expected) {
  constexpr std::string_view head = "web.hook.rule.";
  if (!key.starts_with(head))
    return false;
  key.remove_prefix(head.size());
  for (const auto& event : web_hook_events) {
    const std::string prefix = std::string{event.name} + '.';
    if (!key.starts_with(prefix))
      continue;
    const auto number = parse_integer(key.substr(prefix.size()));
    if (!number || *number < 0 || *number > highest_rule_number)
      return false;
    expected = read_hook_rule(event, value, to.rules[{event.name, static_cast<std::uint32_t>(*number)}]);
    return true;
  }
  return false;
}

} // namespace troupe::config
