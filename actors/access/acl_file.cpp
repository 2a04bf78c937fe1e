#include "troupe/access/acl_file.hpp"

#include "acl_lexer.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <algorithm>
#include <utility>

namespace troupe::access {

namespace {

using kind = acl_token::kind;

constexpr std::size_t longest_shown = 40; // bytes of a token in a message

std::string shown(const acl_token& t) {
  std::string text = t.text.size() > longest_shown ? t.text.substr(0, longest_shown) + "..." : t.text;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; },
      '?');
  return t.what == kind::string ? "\"" + text + "\"" : text;
}

class parser {
public:
  explicit parser(std::string_view text) : lexer_(text) { advance(); }

  acl_file run() {
    while (token_.what != kind::end && file_.errors.size() < max_acl_errors) {
      acl_rule rule;
      if (file_.rules.size() == max_acl_rules)
        fail("at most " + std::to_string(max_acl_rules) + " rules", false);
      else if (take_rule(rule) && take('.')) {
        file_.rules.push_back(std::move(rule));
        continue;
      }
      recover();
    }
    return std::move(file_);
  }

private:
  // -- tokens ------------------------------------------------------------------------------------------

  void advance() { token_ = lexer_.next(); }

  bool sees(char symbol) const { return token_.what == kind::symbol && token_.text.front() == symbol; }
  bool sees(std::string_view atom) const { return token_.what == kind::atom && token_.text == atom; }

  bool take(char symbol) {
    if (!sees(symbol))
      return fail(std::string{"expected "} + symbol);
    advance();
    return true;
  }

  // Always false.
  bool fail(std::string text, bool name_token = true) {
    if (token_.what == kind::bad)
      text = token_.text;
    else if (name_token)
      text += ", not " + shown(token_);
    file_.errors.push_back({token_.line, std::move(text)});
    return false;
  }

  // Goes on behind the end of the term.
  void recover() {
    while (token_.what != kind::end && !sees('.'))
      advance();
    if (sees('.'))
      advance();
  }

  // -- terms --------------------------------------------------------------------------------------------

  bool take_rule(acl_rule& rule) {
    if (!take('{') || !take_decision(rule.result) || !take(','))
      return false;
    const bool everyone = sees("all");
    if (!take_condition(rule.who, 0))
      return false;
    if (everyone && sees('}')) {
      rule.every_topic = true;
      advance();
      return true;
    }
    return take(',') && take_access(rule) && take(',') && take_topics(rule.topics) && take('}');
  }

  bool take_decision(decision& result) {
    if (!sees("allow") && !sees("deny"))
      return fail("expected allow or deny");
    result = sees("allow") ? decision::allow : decision::deny;
    advance();
    return true;
  }

  bool take_access(acl_rule& rule) {
    if (!sees("subscribe") && !sees("publish") && !sees("pubsub"))
      return fail("expected subscribe, publish or pubsub");
    rule.publish = !sees("subscribe");
    rule.subscribe = !sees("publish");
    advance();
    return true;
  }

  bool take_condition(condition& c, std::size_t depth) {
    if (sees("all")) {
      advance();
      return true;
    }
    if (!sees('{'))
      return fail("expected all, {user, ...}, {client, ...}, {ipaddr, ...}, {'and', [...]} or {'or', [...]}");
    advance();
    if (sees("user") || sees("client"))
      c.what = sees("user") ? condition::kind::user : condition::kind::client;
    else if (sees("ipaddr"))
      c.what = condition::kind::network;
    else if (sees("and") || sees("or"))
      c.what = sees("and") ? condition::kind::all_of : condition::kind::any_of;
    else
      return fail("expected user, client, ipaddr, 'and' or 'or'");
    advance();
    if (!take(','))
      return false;
    const bool fine = c.what == condition::kind::network ? take_network(c)
                      : c.what == condition::kind::user || c.what == condition::kind::client
                          ? take_name(c)
                          : take_parts(c, depth);
    return fine && take('}');
  }

  bool take_name(condition& c) {
    if (sees("all")) {
      c.what = condition::kind::everyone;
      advance();
      return true;
    }
    if (token_.what != kind::string || token_.text.empty() || !mqtt::is_valid_utf8(token_.text))
      return fail("expected all or a name in double quotes");
    c.name = std::move(token_.text);
    advance();
    return true;
  }

  bool take_network(condition& c) {
    const auto network = token_.what == kind::string ? mqtt::ip_network::parse(token_.text) : std::nullopt;
    if (!network)
      return fail("expected an address or network such as \"192.168.0.0/24\"");
    c.network = *network;
    advance();
    return true;
  }

  bool take_parts(condition& c, std::size_t depth) {
    if (depth == max_acl_depth)
      return fail("at most " + std::to_string(max_acl_depth) + " levels of 'and' and 'or'", false);
    if (!take('['))
      return false;
    while (take_condition(c.parts.emplace_back(), depth + 1)) {
      if (sees(',')) {
        advance();
        continue;
      }
      return take(']');
    }
    return false;
  }

  bool take_topics(std::vector<acl_topic>& topics) {
    if (token_.what == kind::string) // EMQ X: a binary alone; as a list of characters it would be a mistake
      return take_topic(topics.emplace_back());
    if (!take('['))
      return false;
    if (!sees(']')) {
      while (true) {
        if (!take_topic(topics.emplace_back()))
          return false;
        if (!sees(','))
          break;
        advance();
      }
    }
    return take(']');
  }

  bool take_topic(acl_topic& topic) {
    if (!sees('{'))
      return take_filter(topic.filter);
    advance();
    if (!sees("eq"))
      return fail("expected eq");
    topic.literal = true;
    advance();
    return take(',') && take_filter(topic.filter) && take('}');
  }

  bool take_filter(std::string& filter) {
    if (token_.what != kind::string || !mqtt::valid_topic_filter(token_.text) ||
        !mqtt::is_valid_utf8(token_.text))
      return fail("expected a topic filter in double quotes");
    if (mqtt::level_count(token_.text) > max_acl_topic_levels)
      return fail("expected a topic filter of at most " + std::to_string(max_acl_topic_levels) + " levels",
                  false);
    filter = std::move(token_.text);
    advance();
    return true;
  }

  acl_lexer lexer_;
  acl_token token_;
  acl_file file_;
};

} // namespace

acl_file parse_acl_file(std::string_view text) {
  if (text.size() > max_acl_file)
    return {{}, {{1, "the file is larger than " + std::to_string(max_acl_file >> 20) + " MB"}}};
  return parser{text}.run();
}

} // namespace troupe::access
