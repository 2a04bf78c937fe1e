#include "troupe/access/client_facts.hpp"

#include "troupe/access/url.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/mqtt/words.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace troupe::access {

namespace {

constexpr std::string_view placeholders = "ucaPprAtmCd";
constexpr const char* missing = "undefined";

// As much of it as is text.
std::string text_of(const std::string& bytes) {
  if (mqtt::is_valid_utf8(bytes))
    return bytes;
  std::string out;
  for (const char c : bytes)
    if (c > 0)
      out.push_back(c);
    else
      out += "\xEF\xBF\xBD"; // U+FFFD
  return out;
}

} // namespace

text_pattern::text_pattern(std::string_view text) {
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty())
      pieces_.push_back({std::move(literal), 0});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size() || placeholders.find(text[i + 1]) == std::string_view::npos) {
      literal.push_back(text[i]);
      continue;
    }
    end_literal();
    pieces_.push_back({{}, text[++i]});
  }
  end_literal();
}

std::string text_pattern::fill(const client_facts& who, const topic_question* asked) const {
  std::string out;
  for (const auto& p : pieces_)
    out += p.placeholder == 0 ? p.text : placeholder_value(p.placeholder, who, asked);
  return out;
}

std::string placeholder_value(char placeholder, const client_facts& who, const topic_question* asked) {
  switch (placeholder) {
    case 'u': return who.username.value_or(missing);
    case 'c': return who.client_id;
    case 'a': return who.peer_host;
    case 'P': return who.password.value_or(missing);
    case 'p': return std::to_string(who.port);
    case 'r': return "mqtt";
    case 'A': return asked == nullptr ? "" : asked->what == operation::subscribe ? "1" : "2";
    case 't': return asked == nullptr ? "" : asked->topic;
    case 'm': return who.mount_point;
    case 'C': return who.cert_name;
    case 'd': return who.cert_subject;
    default: return {};
  }
}

std::optional<std::vector<named_pattern>> parse_named_patterns(std::string_view text) {
  std::vector<named_pattern> out;
  while (!text.empty()) {
    const auto part = mqtt::take_part(text);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return {};
    out.push_back({std::string{mqtt::trimmed(part.substr(0, equals))},
                   text_pattern{mqtt::trimmed(part.substr(equals + 1))}});
  }
  return out;
}

std::string form_of(const std::vector<named_pattern>& patterns, const client_facts& who,
                    const topic_question* asked) {
  std::string out;
  for (const auto& p : patterns) {
    if (!out.empty())
      out.push_back('&');
    out += percent_encode(p.name);
    out.push_back('=');
    out += percent_encode(p.value.fill(who, asked));
  }
  return out;
}

std::string json_of(const std::vector<named_pattern>& patterns, const client_facts& who,
                    const topic_question* asked) {
  boost::json::object out;
  for (const auto& p : patterns)
    out[p.name] = text_of(p.value.fill(who, asked));
  return boost::json::serialize(out);
}

} // namespace troupe::access
