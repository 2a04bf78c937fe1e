// What back ends of authentication may be told of a client, and the placeholders that stand for it in
// settings (reference/config.md section 10).
#pragma once

#include "troupe/access/acl_rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

struct client_facts {
  std::string client_id;
  std::optional<std::string> username, password; // the password only in questions about CONNECT
  std::string peer_host;
  std::uint16_t port = 0;   // the listener's
  std::string mount_point;  // expanded
  std::string cert_name;    // common name of its certificate; empty: it has shown none
  std::string cert_subject; // distinguished name
};

/// What it wants to do with a topic.
struct topic_question {
  operation what = operation::publish;
  std::string topic;
};

/// A text with placeholders: %u user name, %c client id, %a IP address, %P password, %p port of the listener,
/// %r protocol, %A access (1 subscribe, 2 publish), %t topic, %m mount point, %C common name and %d
/// distinguished name of the certificate. A missing user name or password is `undefined`, as EMQ X writes it;
/// any other `%` stands for itself.
class text_pattern {
public:
  text_pattern() = default;
  explicit text_pattern(std::string_view text);

  /// A literal text, or a placeholder.
  struct piece {
    std::string text;
    char placeholder = 0; // 'u' of %u; 0: `text` stands there
  };
  const std::vector<piece>& pieces() const noexcept { return pieces_; }

  /// `asked` may be null, then %A and %t are empty.
  std::string fill(const client_facts& who, const topic_question* asked) const;

private:
  std::vector<piece> pieces_;
};

/// What a placeholder stands for.
std::string placeholder_value(char placeholder, const client_facts& who, const topic_question* asked);

/// `name=pattern,name=pattern`, the parameters of a question by HTTP.
struct named_pattern {
  std::string name;
  text_pattern value;
};

/// Nothing when a part has no name or no `=`. An empty text has none.
std::optional<std::vector<named_pattern>> parse_named_patterns(std::string_view text);

/// `name=value&name=value`, both percent-encoded.
std::string form_of(const std::vector<named_pattern>& patterns, const client_facts& who,
                    const topic_question* asked);

/// `{"name":"value"}`. Bytes that are no UTF-8 become U+FFFD.
std::string json_of(const std::vector<named_pattern>& patterns, const client_facts& who,
                    const topic_question* asked);

} // namespace troupe::access
