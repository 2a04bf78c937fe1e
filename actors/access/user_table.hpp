// The users of emqx_auth_clientid, emqx_auth_username and emqx_auth_mnesia, and what the plugins say of a
// CONNECT (reference/plugins-modules.md section 2). Nothing here knows of actors.
#pragma once

#include "password_hash.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace troupe::access {

struct user {
  std::string password; // make_user_hash of `hash`
  hash_kind hash = hash_kind::sha256;
  bool superuser = false; // of emqx_auth_mnesia
};

/// What a plugin of authentication says: success and failure end the chain.
struct auth_decision {
  enum class kind : std::uint8_t { success, failure, ignore };
  kind what = kind::ignore;
  bool superuser = false;
};

class user_table {
public:
  static constexpr std::size_t most_users = 1'000'000;

  const user* find(std::string_view name) const;

  /// Adds or replaces. False when no more may be added.
  bool put(std::string name, user u);
  void erase(std::string_view name);

  std::size_t size() const noexcept { return users_.size(); }
  const std::map<std::string, user, std::less<>>& users() const noexcept { return users_; }

  /// Ignores whom it does not know, after as much work as for the others.
  auth_decision check(std::string_view name, std::string_view password) const;

private:
  std::map<std::string, user, std::less<>> users_;
};

} // namespace troupe::access
