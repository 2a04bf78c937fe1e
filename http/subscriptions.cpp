#include "call.hpp"
#include "endpoint.hpp"
#include "pager.hpp"
#include "troupe/access/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::value rows_json(const call& c, const std::vector<subscription_row>& page) {
  json::array rows;
  rows.reserve(page.size());
  for (const subscription_row& row : page)
    rows.push_back(json::object{
        {"topic", row.topic}, {"qos", row.qos}, {"node", c.where().node_name}, {"clientid", row.clientid}});
  return rows;
}

// The topic of a query string is decoded once more, as in EMQ X (reference/http-api.md section 5).
std::optional<std::string> read_topic(arguments& args) {
  auto topic = args.text("topic");
  auto decoded = topic ? access::percent_decode(*topic) : std::nullopt;
  return decoded ? decoded : topic; // as it is when it was not encoded twice
}

// Whether any filter was there.
bool read_filters(arguments& args, subscription_query& query) {
  query.client_id = args.text("clientid");
  query.topic = read_topic(args);
  query.share = args.text("share");
  query.match_topic = args.text("_match_topic");
  if (auto qos = args.integer("qos"))
    query.qos = static_cast<int>(std::clamp<std::int64_t>(*qos, -1, 3)); // beyond 0 to 2: no rows
  return query.client_id || query.topic || query.share || query.match_topic || query.qos;
}

void list_subscriptions(const call_ptr& c) {
  reply_page<subscription_page>(c, subscription_query{}, read_filters, rows_json);
}

void list_client_subscriptions(const call_ptr& c) {
  subscription_query query;
  query.client_id = c->args.path("clientid");
  query.limit = all_rows;
  c->self->request(c->where().router_of(*query.client_id), request_timeout, query)
      .then([c](const subscription_page& page) { c->reply(ok(rows_json(*c, page.rows))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

constexpr json_member subscription_shape_members[] = {
    {"node", "string"}, {"clientid", "string"}, {"topic", "string"}, {"qos", "integer"}};
constexpr object_shape subscription_shape{"Subscription", subscription_shape_members};

constexpr json_member list_query[] = {
    {"_page", "integer"}, {"_limit", "integer"}, {"clientid", "string"},    {"topic", "string"},
    {"qos", "integer"},   {"share", "string"},   {"_match_topic", "string"}};

constexpr description list_of_subscriptions{.query = list_query, .data = &subscription_shape, .many = true};

constexpr description of_client{.data = &subscription_shape, .many = true};

constexpr endpoint table[] = {
    {"GET", "/subscriptions/", "/nodes/:node/subscriptions/", scope::concatenated, nullptr,
     "list_subscriptions", "A list of subscriptions in the cluster", "list_node_subscriptions",
     "A list of subscriptions on a node", list_subscriptions, list_of_subscriptions},
    {"GET", "/subscriptions/:clientid", "/nodes/:node/subscriptions/:clientid", scope::concatenated, nullptr,
     "lookup_client_subscriptions", "A list of subscriptions of a client",
     "lookup_client_subscriptions_with_node", "A list of subscriptions of a client on the node",
     list_client_subscriptions, of_client},
};

} // namespace

std::span<const endpoint> subscription_endpoints() { return table; }

} // namespace troupe
