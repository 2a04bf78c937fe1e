// Rate limits and quota of one connection (reference/http-api.md section 4.7). They end with the connection.
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

namespace troupe {

namespace {

void set_limits(const call_ptr& c, limit_client what) {
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  what.client_id = c->args.path("clientid");
  carry_out(c, c->where().router_of(what.client_id), what);
}

// As in the configuration: "100KB,10s" bytes, "100,10s" messages, "none".
std::optional<mqtt::rate> rate_argument(arguments& args, std::string_view name, bool in_bytes) {
  const auto text = args.text(name);
  if (!text)
    return std::nullopt;
  auto rate = config::parse_rate(*text, in_bytes);
  if (!rate)
    args.set_wrong(name);
  return rate;
}

void set_rate_limit(const call_ptr& c) {
  limit_client what;
  what.bytes = rate_argument(c->args, "conn_bytes_in", true);
  what.messages = rate_argument(c->args, "conn_messages_in", false);
  set_limits(c, std::move(what));
}

void set_quota(const call_ptr& c) {
  limit_client what;
  what.routed = rate_argument(c->args, "conn_messages_routing", false);
  set_limits(c, std::move(what));
}

void lift_rate_limit(const call_ptr& c) {
  limit_client what;
  what.bytes = what.messages = mqtt::rate{};
  set_limits(c, std::move(what));
}

void lift_quota(const call_ptr& c) {
  limit_client what;
  what.routed = mqtt::rate{};
  set_limits(c, std::move(what));
}

constexpr json_member rate_members[] = {{"conn_bytes_in", "string", false},
                                        {"conn_messages_in", "string", false}};

constexpr json_member quota_members[] = {{"conn_messages_routing", "string", false}};

constexpr endpoint table[] = {
    row("POST", "/clients/:clientid/ratelimit", scope::anywhere, "set_ratelimit_policy",
        "Set the client ratelimit policy", set_rate_limit, {.body = rate_members}),
    row("DELETE", "/clients/:clientid/ratelimit", scope::anywhere, "clean_ratelimit",
        "Clear the ratelimit policy", lift_rate_limit),
    row("POST", "/clients/:clientid/quota", scope::anywhere, "set_quota_policy",
        "Set the client quota policy", set_quota, {.body = quota_members}),
    row("DELETE", "/clients/:clientid/quota", scope::anywhere, "clean_quota", "Clear the quota policy",
        lift_quota),
};

} // namespace

std::span<const endpoint> client_limit_endpoints() { return table; }

} // namespace troupe
