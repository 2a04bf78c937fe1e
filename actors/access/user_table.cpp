#include "user_table.hpp"

#include <utility>

namespace troupe::access {

namespace {

// Compared with the passwords of unknown users.
constexpr std::string_view nobody = "saltno such hash";

} // namespace

const user* user_table::find(std::string_view name) const {
  const auto i = users_.find(name);
  return i == users_.end() ? nullptr : &i->second;
}

bool user_table::put(std::string name, user u) {
  if (users_.size() >= most_users && !users_.contains(name))
    return false;
  users_.insert_or_assign(std::move(name), std::move(u));
  return true;
}

void user_table::erase(std::string_view name) {
  if (const auto i = users_.find(name); i != users_.end())
    users_.erase(i);
}

auth_decision user_table::check(std::string_view name, std::string_view password) const {
  const auto* known = find(name);
  const bool right = known != nullptr ? matches_user_hash(known->hash, known->password, password)
                                      : matches_user_hash(hash_kind::sha256, nobody, password);
  if (known == nullptr)
    return {};
  return right ? auth_decision{auth_decision::kind::success, known->superuser}
               : auth_decision{auth_decision::kind::failure};
}

} // namespace troupe::access
