// The rules of emqx_auth_mnesia as the API has them. Nothing here knows of actors.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/actors/plugin_messages.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

class acl_rows {
public:
  static constexpr std::size_t most_rules = 100'000;

  std::optional<acl_row> find(const acl_subject& who, const std::string& topic) const;

  /// Adds or replaces. False when no more may be added.
  bool put(const acl_row& row);
  void erase(const acl_subject& who, const std::string& topic);

  /// From a row of the store; false when it cannot be read.
  bool restore(std::string_view record);

  acl_page page(const acl_query& q) const;

  /// What the rules say, for the shards. Those about somebody go before those about all, and what is denied
  /// before what is allowed. A login is a user name, or a client id.
  std::shared_ptr<const access::acl_decider> compile(bool by_clientid) const;

private:
  struct rule {
    std::string action;
    bool allow;
  };
  std::map<std::pair<acl_subject, std::string>, rule> rules_; // by subject and topic
};

} // namespace troupe
