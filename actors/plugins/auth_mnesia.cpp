// emqx_auth_mnesia: a password for each login, which is a user name or a client id (auth.mnesia.as), some of
// them superusers, and rules of access.
#include "plugin.hpp"

namespace troupe {

namespace {

access::auth_decision authenticate(const auth_users& users, const auth_question& q) {
  if (users.mnesia_by_clientid)
    return users.mnesia.check(q.client_id, q.password);
  return q.username ? users.mnesia.check(*q.username, q.password) : access::auth_decision{};
}

} // namespace

const plugin auth_mnesia_plugin{plugin_kind::auth_mnesia,
                                "emqx_auth_mnesia",
                                plugin_type::auth,
                                "EMQ X Authentication with Mnesia",
                                false,
                                authenticate};

} // namespace troupe
