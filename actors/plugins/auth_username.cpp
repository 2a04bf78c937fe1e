// emqx_auth_username: a password for each user name.
#include "plugin.hpp"

namespace troupe {

namespace {

access::auth_decision authenticate(const auth_users& users, const auth_question& q) {
  return q.username ? users.username.check(*q.username, q.password) : access::auth_decision{};
}

} // namespace

const plugin auth_username_plugin{plugin_kind::auth_username,
                                  "emqx_auth_username",
                                  plugin_type::auth,
                                  "EMQ X Authentication with Username and Password",
                                  false,
                                  authenticate};

} // namespace troupe
