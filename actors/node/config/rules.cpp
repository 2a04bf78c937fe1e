#include "rules.hpp"

#include "troupe/access/outgoing_header.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/words.hpp"
#include "values.hpp"

#include <array>
#include <optional>
#include <utility>

namespace troupe::config {

namespace {

// Takes `prefix` and the number behind it off the key.
std::optional<std::uint32_t> take_number(std::string_view& key, std::string_view prefix) {
  if (!key.starts_with(prefix))
    return {};
  const auto end = key.find('.', prefix.size());
  const auto n =
      parse_integer(key.substr(prefix.size(), end == std::string_view::npos ? end : end - prefix.size()));
  if (!n || *n < 0 || *n > highest_rule_number)
    return {};
  key = end == std::string_view::npos ? std::string_view{} : key.substr(end + 1);
  return static_cast<std::uint32_t>(*n);
}

// The text up to the next blank.
std::string take_word(std::string_view& text) {
  text = mqtt::trimmed(text);
  const auto end = text.find_first_of(" \t");
  std::string word{text.substr(0, end)};
  text = end == std::string_view::npos ? std::string_view{} : mqtt::trimmed(text.substr(end));
  return word;
}

std::string add_rewrite_rule(std::map<std::uint32_t, mqtt::rewrite_rule>& rules, std::uint32_t number,
                             std::string_view text) {
  mqtt::rewrite_rule rule;
  rule.filter = take_word(text);
  rule.regex = take_word(text);
  rule.destination = take_word(text);
  if (!text.empty() || rule.destination.empty())
    return "a topic filter, a regular expression and a destination";
  auto problem = mqtt::check_rewrite_rule(rule);
  rules[number] = std::move(rule);
  return problem;
}

std::string set_subscription(auto_subscription& s, std::string_view name, std::string_view value) {
  if (name == "topic") {
    s.topic = value;
    return mqtt::parse_subscription(value) ? "" : "a topic filter";
  }
  const auto n = parse_integer(value);
  const int most = name == "qos" || name == "rh" ? 2 : 1;
  if (!n || *n < 0 || *n > most)
    return most == 2 ? "0, 1 or 2" : "0 or 1";
  if (name == "qos")
    s.options.level = static_cast<mqtt::qos>(*n);
  else if (name == "nl")
    s.options.no_local = *n != 0;
  else if (name == "rap")
    s.options.retain_as_published = *n != 0;
  else
    s.options.retain_handling = static_cast<std::uint8_t>(*n);
  return {};
}

using headers = std::vector<std::pair<std::string, std::string>>;

std::string add_header(headers& to, std::string_view name, std::string_view value) {
  const auto fault = access::fault_of(name, value);
  if (fault == access::header_fault::none)
    to.emplace_back(name, value);
  return access::expected_of(fault);
}

} // namespace

bool set_rule(settings& s, std::string_view key, std::string_view value, std::string& expected) {
  const std::pair<std::string_view, headers*> with_headers[] = {
      {"auth.http.header.", &s.auth_http.headers},
      {"auth.http.auth_req.headers.", &s.auth_http.auth.headers},
      {"auth.http.super_req.headers.", &s.auth_http.super.headers},
      {"auth.http.acl_req.headers.", &s.auth_http.acl.headers},
      {"web.hook.headers.", &s.web_hook.headers}};
  for (const auto& [head, to] : with_headers)
    if (key.starts_with(head)) {
      expected = add_header(*to, key.substr(head.size()), value);
      return true;
    }
  if (set_web_hook_rule(s.web_hook, key, value, expected))
    return true;
  if (constexpr std::string_view head = "auth.jwt.verify_claims."; key.starts_with(head) && key != head) {
    s.auth_jwt.claims.emplace_back(key.substr(head.size()), value);
    return true;
  }
  const std::array<std::pair<std::string_view, std::map<std::uint32_t, mqtt::rewrite_rule>*>, 5> kinds{{
      {"module.rewrite.rule.", &s.rewrite.both},
      {"module.rewrite.pub.rule.", &s.rewrite.publish},
      {"module.rewrite.sub.rule.", &s.rewrite.subscribe},
      {"rewrite.pub.rule.", &s.rewrite.publish},
      {"rewrite.sub.rule.", &s.rewrite.subscribe},
  }};
  for (const auto& [prefix, rules] : kinds)
    if (const auto number = take_number(key, prefix); number && key.empty()) {
      expected = add_rewrite_rule(*rules, *number, value);
      return true;
    }
  const auto number = take_number(key, "module.subscription.");
  if (!number || (key != "topic" && key != "qos" && key != "nl" && key != "rap" && key != "rh"))
    return false;
  expected = set_subscription(s.auto_subscriptions[*number], key, value);
  return true;
}

std::string describe_rules() {
  const auto line = [](const char* key, const char* value, const char* description) {
    return std::string{key} + " = " + value + "\n    " + description + "\n";
  };
  return line("auth.http.header.Accept", "none", "A header of the requests, as many as you name") +
         line("auth.http.auth_req.headers.Accept", "none",
              "A header of this request alone (as in EMQ X 4.3), as many as you name; so of super_req and "
              "acl_req") +
         line("auth.jwt.verify_claims.sub", "none",
              "What a claim of the token must be, as many as you name; %u is the user name, %c the client "
              "id") +
         line("web.hook.headers.X-Token", "none",
              "A header of the requests of emqx_web_hook, as many as you name") +
         line("web.hook.rule.client.connect.<n>", "none",
              "An event that it tells, such as client.connect or message.publish, as {\"action\": "
              "\"on_client_connect\"}, "
              "perhaps with \"topic\": a filter; without any rule it tells all") +
         line("module.rewrite.pub.rule.<n>", "none",
              "Topics of publishes that become others: filter, regular expression, destination with $1 for "
              "its first "
              "group; the highest number whose filter matches decides") +
         line("module.rewrite.sub.rule.<n>", "none", "The same for subscriptions") +
         line("module.rewrite.rule.<n>", "none", "The same for both, behind the other rules") +
         line("module.subscription.<n>.topic", "none",
              "What every client subscribes to when it connects; %c is the client id, %u the user name") +
         line("module.subscription.<n>.qos", "1", "Its QoS") +
         line("module.subscription.<n>.nl", "0", "1: without the client's own messages") +
         line("module.subscription.<n>.rap", "0", "1: retain flags as they were published") +
         line("module.subscription.<n>.rh", "0", "Retained messages: 0 always, 1 when it is new, 2 never");
}

} // namespace troupe::config
