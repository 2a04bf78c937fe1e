// What the connections remember of decided access rules (reference/http-api.md section 4.6).
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

void list(const call_ptr& c) {
  const std::string id = c->args.path("clientid");
  c->self->request(c->where().router_of(id), request_timeout, acl_cache_query{id})
      .then(
          [c](const acl_cache_page& page) {
            json::array rows;
            for (const auto& e : page.rows)
              rows.push_back(json::object{{"access", to_string(e.what)},
                                          {"topic", e.topic},
                                          {"result", to_string(e.result)},
                                          {"updated_time", e.decided_at}});
            c->reply(page.found ? ok(std::move(rows)) : failure(body_code::not_found, "not_found"));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void clean(const call_ptr& c) {
  const std::string id = c->args.path("clientid");
  carry_out(c, c->where().router_of(id), clean_acl_cache{id});
}

void clean_all(const call_ptr& c) {
  gather<outcome>(c->self, c->where().routers, clean_acl_cache{}, [c](const std::vector<outcome>& done) {
    c->reply(done.size() == c->where().routers.size() ? ok() : timeout());
  });
}

constexpr json_member entry_members[] = {
    {"access", "string"}, {"topic", "string"}, {"result", "string"}, {"updated_time", "integer"}};
constexpr object_shape entry_shape{"AclCacheEntry", entry_members};

constexpr endpoint table[] = {
    row("GET", "/clients/:clientid/acl_cache", scope::anywhere, "list_acl_cache",
        "List the ACL cache of a specified client in the cluster", list,
        {.data = &entry_shape, .many = true}),
    row("DELETE", "/clients/:clientid/acl_cache", scope::anywhere, "clean_acl_cache",
        "Clear the ACL cache of a specified client in the cluster", clean),
    {"DELETE", "/acl-cache", "/nodes/:node/acl-cache", scope::anywhere, nullptr, "clean_acl_cache_all",
     "Clear the ACL cache of all clients in the cluster", "clean_acl_cache_node",
     "Clear the ACL cache of all clients on the node", clean_all},
};

} // namespace

std::span<const endpoint> acl_cache_endpoints() { return table; }

} // namespace troupe
