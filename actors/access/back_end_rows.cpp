#include "back_end_rows.hpp"

#include "troupe/access/acl_rules.hpp"
#include "troupe/mqtt/topic.hpp"

#include <utility>

namespace troupe::access {

namespace {

std::string_view value_at(const back_end_row& row, std::size_t i) noexcept {
  return i < row.size() && row[i] ? std::string_view{*row[i]} : std::string_view{};
}

bool take_access(acl_rule& rule, std::string_view access) noexcept {
  if (access != "1" && access != "2" && access != "3")
    return false;
  rule.subscribe = access != "2";
  rule.publish = access != "1";
  return true;
}

// A level `%c` or `%u` of it is the client's, as in acl.conf.
bool take_topic(acl_rule& rule, std::string_view text) {
  constexpr std::string_view literal = "eq ";
  const bool is_literal = text.starts_with(literal);
  text.remove_prefix(is_literal ? literal.size() : 0);
  if (!mqtt::valid_topic_filter(text) || mqtt::level_count(text) > max_acl_topic_levels)
    return false;
  rule.topics.push_back({std::string{text}, is_literal});
  return true;
}

} // namespace

bool matches_row(const hash_scheme& scheme, const back_end_row& row, std::string_view password) {
  return matches_password(scheme, value_at(row, 0), value_at(row, 1), password);
}

bool is_superuser_row(const back_end_row& row) noexcept {
  const auto value = value_at(row, 0);
  return value == "1" || value == "t" || value == "true";
}

std::optional<acl_rule> read_acl_row(const back_end_row& row) {
  const auto allow = value_at(row, 0), address = value_at(row, 1), username = value_at(row, 2),
             client_id = value_at(row, 3);
  acl_rule rule;
  if ((allow != "1" && allow != "0") || !take_access(rule, value_at(row, 4)) ||
      !take_topic(rule, value_at(row, 5)))
    return {};
  rule.result = allow == "1" ? decision::allow : decision::deny;
  if (username == "$all")
    return rule;
  auto& parts = rule.who.parts;
  if (!address.empty()) {
    const auto network = mqtt::ip_network::parse(address);
    if (!network)
      return {};
    parts.emplace_back().what = condition::kind::network;
    parts.back().network = *network;
  }
  const auto add_name = [&parts](condition::kind what, std::string_view name) {
    if (name.empty())
      return;
    parts.emplace_back().what = what;
    parts.back().name = name;
  };
  add_name(condition::kind::user, username);
  add_name(condition::kind::client, client_id);
  if (parts.empty())
    return {};
  rule.who.what = condition::kind::all_of;
  return rule;
}

namespace {

acl_rule denial_of(const back_end_row& row) {
  auto denying = row;
  if (!denying.empty())
    denying[0] = "0";
  if (auto rule = read_acl_row(denying))
    return std::move(*rule);
  acl_rule everything;
  everything.result = decision::deny;
  everything.every_topic = true;
  return everything;
}

std::string text_of(const back_end_row& row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i)
    out += (i == 0 ? "" : ", ") + (row[i] ? "'" + *row[i] + "'" : std::string{"NULL"});
  return out;
}

} // namespace

row_rules read_acl_rows(const std::vector<back_end_row>& rows) {
  row_rules out;
  for (const auto& row : rows) {
    if (auto rule = read_acl_row(row)) {
      out.rules.push_back(std::move(*rule));
      continue;
    }
    if (out.unclear++ == 0)
      out.example = text_of(row);
    if (value_at(row, 0) != "1")
      out.rules.push_back(denial_of(row));
  }
  return out;
}

std::optional<acl_rule> read_allowed_topic(std::string_view topic, std::string_view access) {
  acl_rule rule;
  if (!take_access(rule, access) || !take_topic(rule, topic))
    return {};
  return rule;
}

std::optional<decision> decide_by(std::vector<acl_rule> rules, const client_facts& who,
                                  const topic_question& asked) {
  const auto address = mqtt::parse_ip(who.peer_host);
  const subject client{who.client_id, who.username ? std::string_view{*who.username} : std::string_view{},
                       address ? &*address : nullptr};
  return acl_rules{std::move(rules)}.decide(client, asked.what, asked.topic);
}

} // namespace troupe::access
