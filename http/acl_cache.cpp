// What the connections remember of decided access rules (reference/http-api.md section 4.6).
#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>

namespace troupe {

namespace {

// Answers `found` if there is such a client.
void if_present(const call_ptr& c, answer found) {
  client_query query;
  query.client_id = c->args.path("clientid");
  query.limit = 1;
  c->self->request(c->where().router_of(*query.client_id), request_timeout, query)
      .then(
          [c, found = std::move(found)](const client_page& page) {
            c->reply(page.rows.empty() ? failure(body_code::not_found, "not_found") : found);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// No access rule is ever checked, so there is nothing that could be remembered.
void list(const call_ptr& c) { if_present(c, ok(boost::json::array{})); }
void clean(const call_ptr& c) { if_present(c, ok()); }
void clean_all(const call_ptr& c) { c->reply(ok()); }

constexpr endpoint table[] = {
    row("GET", "/clients/:clientid/acl_cache", scope::anywhere, "list_acl_cache",
        "List the ACL cache of a specified client in the cluster", list),
    row("DELETE", "/clients/:clientid/acl_cache", scope::anywhere, "clean_acl_cache",
        "Clear the ACL cache of a specified client in the cluster", clean),
    {"DELETE", "/acl-cache", "/nodes/:node/acl-cache", scope::anywhere, nullptr, "clean_acl_cache_all",
     "Clear the ACL cache of all clients in the cluster", "clean_acl_cache_node",
     "Clear the ACL cache of all clients on the node", clean_all},
};

} // namespace

std::span<const endpoint> acl_cache_endpoints() { return table; }

} // namespace troupe
