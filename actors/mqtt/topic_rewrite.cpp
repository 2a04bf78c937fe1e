#include "troupe/mqtt/topic_rewrite.hpp"

#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <re2/re2.h>

namespace troupe::mqtt {

namespace {

constexpr int most_groups = 99;               // `$99` is the last one that a destination can name
constexpr std::int64_t most_memory = 1 << 20; // bytes of one compiled expression

re2::RE2::Options options() {
  re2::RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(most_memory);
  return o;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

struct topic_rewrite::compiled {
  explicit compiled(const rewrite_rule& r)
      : filter(r.filter), regex(r.regex, options()), destination(r.destination) {}

  std::string filter;
  re2::RE2 regex;
  std::string destination;
};

std::string check_rewrite_rule(const rewrite_rule& rule) {
  if (!valid_topic_filter(rule.filter))
    return "a valid topic filter first";
  const re2::RE2 regex{rule.regex, options()};
  if (!regex.ok())
    return "a valid regular expression (" + regex.error() + ")";
  if (regex.NumberOfCapturingGroups() > most_groups)
    return "at most 99 groups";
  return rule.destination.empty() ? "a destination" : std::string{};
}

topic_rewrite::topic_rewrite() = default;
topic_rewrite::~topic_rewrite() = default;
topic_rewrite::topic_rewrite(topic_rewrite&&) noexcept = default;
topic_rewrite& topic_rewrite::operator=(topic_rewrite&&) noexcept = default;

void topic_rewrite::add(const rewrite_rule& rule) { rules_.push_back(std::make_unique<compiled>(rule)); }

// `$12` is group 12 where there are so many, else group 1 and a "2", as EMQ X replaces them.
bool topic_rewrite::apply(std::string_view topic, std::string& out) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const auto& r) { return filter_matches_filter(r->filter, topic); });
  if (rule == rules_.end())
    return false;
  const auto& [filter, regex, destination] = **rule;
  const int groups = regex.NumberOfCapturingGroups();
  re2::StringPiece found[most_groups + 1];
  if (!regex.Match(piece(topic), 0, topic.size(), re2::RE2::UNANCHORED, found, groups + 1))
    return false;
  for (std::size_t i = 0; i < destination.size(); ++i) {
    const bool one = destination[i] == '$' && i + 1 < destination.size() && digit(destination[i + 1]);
    int number = one ? destination[i + 1] - '0' : 0;
    std::size_t used = 1;
    if (one && i + 2 < destination.size() && digit(destination[i + 2]) &&
        number * 10 + (destination[i + 2] - '0') <= groups) {
      number = number * 10 + (destination[i + 2] - '0');
      used = 2;
    }
    if (number < 1 || number > groups) {
      out.push_back(destination[i]);
      continue;
    }
    out.append(found[number].data(), found[number].size());
    i += used;
  }
  return true;
}

bool topic_rewrite::rewrite_name(std::string_view topic, std::string& out) const {
  out.clear();
  return apply(topic, out) && valid_topic_name(out);
}

bool topic_rewrite::rewrite_subscription(std::string_view subscription, std::string& out) const {
  const auto prefix = subscription_prefix(subscription);
  out = prefix;
  // A rule changes filters, it does not make a plain subscription a shared one.
  return apply(subscription.substr(prefix.size()), out) && parse_subscription(out).has_value() &&
         subscription_prefix(out).size() == prefix.size();
}

} // namespace troupe::mqtt
