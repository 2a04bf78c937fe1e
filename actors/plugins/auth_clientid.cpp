// emqx_auth_clientid: a password for each client id.
#include "plugin.hpp"

namespace troupe {

namespace {

access::auth_decision authenticate(const auth_users& users, const auth_question& q) {
  return users.clientid.check(q.client_id, q.password);
}

} // namespace

const plugin auth_clientid_plugin{plugin_kind::auth_clientid,
                                  "emqx_auth_clientid",
                                  plugin_type::auth,
                                  "EMQ X Broker Authentication with ClientId/Password",
                                  false,
                                  authenticate};

} // namespace troupe
