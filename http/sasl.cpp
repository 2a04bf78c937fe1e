// The users of MQTT 5 enhanced authentication (reference/http-api.md section 12), there while emqx_sasl is
// loaded. No answer holds a key.
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::int64_t fewest_iterations = 4'096; // RFC 5802 section 5.1
constexpr std::int64_t most_iterations = 100'000; // tens of milliseconds of one call
constexpr std::size_t longest_text = 1'024;       // bytes of a name, a password or a salt

// A text that is there and not too long; else the call is answered.
std::optional<std::string> text_of(const call_ptr& c, const char* member) {
  auto text = c->args.text(member);
  if (text && text->size() > longest_text)
    c->args.set_wrong(member);
  if (!c->args.wrong().empty())
    c->reply(bad_parameter(c->args.wrong()));
  else if (!text || text->empty())
    c->reply(failure(body_code::missing_parameter, "missing_required_param"));
  else
    return text;
  return std::nullopt;
}

std::optional<mqtt::scram_hash> mechanism_of(const call_ptr& c) {
  const auto name = text_of(c, "mechanism");
  if (!name)
    return std::nullopt;
  const auto mechanism = mqtt::scram_mechanism(*name);
  if (!mechanism)
    c->reply(failure(body_code::bad_parameter, "unsupported_mechanism"));
  return mechanism;
}

// As clients send it: what SCRAM cannot prepare nobody could log in with.
std::optional<std::string> prepared(const call_ptr& c, const char* member) {
  auto text = text_of(c, member);
  if (!text || mqtt::scram_prepare(*text))
    return text;
  c->reply(bad_parameter(member));
  return std::nullopt;
}

void put(const call_ptr& c, bool add) {
  const auto mechanism = mechanism_of(c);
  const auto name = mechanism ? prepared(c, "username") : std::nullopt;
  const auto password = name ? prepared(c, "password") : std::nullopt;
  const auto salt = password ? text_of(c, "salt") : std::nullopt;
  if (!salt)
    return;
  const auto iterations = c->args.integer("iteration_count", fewest_iterations, most_iterations);
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  carry_out(c, c->where().sasl,
            put_sasl_user{*mechanism, *name, *password, *salt,
                          static_cast<std::uint32_t>(iterations.value_or(fewest_iterations)), add},
            gathered_request_timeout);
}

void add(const call_ptr& c) { put(c, true); }
void update(const call_ptr& c) { put(c, false); }

void remove(const call_ptr& c) {
  const auto mechanism = mechanism_of(c);
  if (const auto name = mechanism ? text_of(c, "username") : std::nullopt)
    carry_out(c, c->where().sasl, remove_sasl_user{*mechanism, *name}, gathered_request_timeout);
}

void show(const call_ptr& c) {
  const auto mechanism = mechanism_of(c);
  const auto name = mechanism ? text_of(c, "username") : std::nullopt;
  if (!name)
    return;
  c->self->request(c->where().sasl, request_timeout, sasl_user_query{*mechanism, *name})
      .then(
          [c, mechanism = *mechanism, name = *name](const sasl_user_answer& found) {
            if (!found.user)
              return c->reply(failure(body_code::no_such_user, "not_found"));
            c->reply(ok(json::object{{"mechanism", to_string(mechanism)},
                                     {"username", name},
                                     {"salt", found.user->salt},
                                     {"iteration_count", found.user->iterations}}));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

constexpr json_member who[] = {{"mechanism", "string"}, {"username", "string"}};
constexpr json_member new_user[] = {{"mechanism", "string"},
                                    {"username", "string"},
                                    {"password", "string"},
                                    {"salt", "string"},
                                    {"iteration_count", "integer", false}};
constexpr json_member user_members[] = {
    {"mechanism", "string"}, {"username", "string"}, {"salt", "string"}, {"iteration_count", "integer"}};
constexpr object_shape user_shape{"SaslUser", user_members};

constexpr endpoint of_sasl(const char* method, const char* name, const char* descr,
                           endpoint_function function, description about) {
  return row(method, "/sasl", scope::local, name, descr, function, about, plugin_kind::sasl);
}

constexpr endpoint table[] = {
    of_sasl("POST", "add", "Add authentication information", add, {.body = new_user}),
    of_sasl("DELETE", "delete", "Delete authentication information", remove, {.query = who}),
    of_sasl("PUT", "update", "Update authentication information", update, {.body = new_user}),
    of_sasl("GET", "get", "Get authentication information", show, {.query = who, .data = &user_shape}),
};

} // namespace

std::span<const endpoint> sasl_endpoints() { return table; }

} // namespace troupe
