// Access rules as acl.conf states them (reference/config.md section 11), and who asks about them.
#pragma once

#include "troupe/mqtt/ip_network.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// What a client wants to do with a topic.
enum class operation : std::uint8_t { publish, subscribe };

enum class decision : std::uint8_t { allow, deny };

/// The API's words: "publish", "allow".
std::string_view to_string(operation what) noexcept;
std::string_view to_string(decision result) noexcept;

/// The client that asks. Its texts live as long as the question.
struct subject {
  std::string_view client_id;
  std::string_view username;                 // empty: none
  const mqtt::ip_address* address = nullptr; // null: it has none (a Unix domain socket)
};

/// Whom a rule concerns.
struct condition {
  enum class kind : std::uint8_t {
    everyone, // `all`, `{user, all}`, `{client, all}`
    user,     // `name` is the user name
    client,   // `name` is the client id
    network,  // the address is in `network`
    all_of,   // `{'and', [...]}`: every one of `parts`
    any_of,   // `{'or', [...]}`: one of `parts`
  };
  kind what = kind::everyone;
  std::string name;
  mqtt::ip_network network;
  std::vector<condition> parts;
};

bool holds(const condition& c, const subject& who) noexcept;

struct acl_topic {
  std::string filter;   // a valid one; a level `%c` or `%u` is the asking client's id or user name
  bool literal = false; // `{eq, ...}`: the topic or filter must be this text
};

struct acl_rule {
  decision result = decision::allow;
  bool publish = true;
  bool subscribe = true;
  bool every_topic = false; // `{allow, all}`: `topics` is empty
  condition who;
  std::vector<acl_topic> topics; // one of them must match
};

/// Levels of a rule's topic at most.
inline constexpr std::size_t max_acl_topic_levels = 128;

} // namespace troupe::access
