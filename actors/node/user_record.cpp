#include "troupe/actors/user_record.hpp"

#include "../access/password_hash.hpp"
#include "troupe/mqtt/base64.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::array<const char*, user_kind_count> kinds{"clientid", "username", "mnesia"};
constexpr std::array<const char*, user_kind_count> members{"clientid", "username", "login"};

std::optional<std::string> text_member(const json::object& from, std::string_view name) {
  const auto* text = from.if_contains(name);
  if (text == nullptr || !text->is_string())
    return std::nullopt;
  return std::string(text->get_string());
}

bool flag_member(const json::object& from, std::string_view name) {
  const auto* flag = from.if_contains(name);
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

std::optional<user_kind> find_kind(std::string_view name) {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (name == kinds[i])
      return static_cast<user_kind>(i);
  return std::nullopt;
}

} // namespace

const char* name_member(user_kind kind) noexcept { return members[static_cast<std::size_t>(kind)]; }

std::string user_key(user_kind kind, std::string_view name) {
  return std::string{kinds[static_cast<std::size_t>(kind)]} + '/' + std::string{name};
}

// A name may have any character of a topic, so that only a list keeps them apart.
std::string acl_key(const acl_subject& who, std::string_view topic) {
  json::array parts{who.as == acl_subject_kind::all ? "$all" : who.name, topic};
  if (who.as == acl_subject_kind::clientid || who.as == acl_subject_kind::username)
    parts.emplace_back(to_string(who.as));
  return json::serialize(parts);
}

json::object to_record(const user_row& user) {
  return {{"kind", kinds[static_cast<std::size_t>(user.kind)]},
          {"name", user.name},
          {"password", mqtt::to_base64(user.password)},
          {"hash", user.hash},
          {"is_superuser", user.superuser}};
}

std::optional<user_row> read_user_record(const json::value& record) {
  const auto* o = record.if_object();
  if (o == nullptr)
    return std::nullopt;
  const auto kind = find_kind(text_member(*o, "kind").value_or(""));
  const auto name = text_member(*o, "name"), hash = text_member(*o, "hash");
  const auto password = mqtt::from_base64(text_member(*o, "password").value_or("?"));
  const auto known = access::find_hash_kind(hash.value_or(""));
  if (!kind || !name || name->empty() || !password || !known || !access::is_user_hash_kind(*known))
    return std::nullopt;
  return user_row{*kind, *name, *password, *hash, flag_member(*o, "is_superuser")};
}

json::object to_export(const user_row& user) {
  json::object out{{name_member(user.kind), user.name}, {"password", mqtt::to_base64(user.password)}};
  if (user.kind == user_kind::mnesia)
    out["is_superuser"] = user.superuser;
  return out;
}

std::optional<put_user> read_exported_user(user_kind kind, std::string_view hash, const json::value& record) {
  const auto* o = record.if_object();
  if (o == nullptr)
    return std::nullopt;
  const auto name = text_member(*o, name_member(kind)), password = text_member(*o, "password");
  if (!name || name->empty() || !password)
    return std::nullopt;
  put_user what{.kind = kind,
                .name = *name,
                .add = true,
                .password = password,
                .superuser = {},
                .hash = std::string{hash}};
  if (auto decoded = mqtt::from_base64(*password); decoded && decoded->size() >= access::user_salt_size)
    what.password = std::move(*decoded);
  if (kind == user_kind::mnesia)
    what.superuser = flag_member(*o, "is_superuser");
  return what;
}

namespace {

std::optional<acl_subject> read_subject(const json::object& o) {
  if (flag_member(o, "all"))
    return acl_subject{acl_subject_kind::all, {}};
  for (const auto as : {acl_subject_kind::login, acl_subject_kind::clientid, acl_subject_kind::username})
    if (auto name = text_member(o, to_string(as)); name && !name->empty())
      return as == acl_subject_kind::login ? login_subject(std::move(*name)) : acl_subject{as, *name};
  return std::nullopt;
}

} // namespace

json::object to_record(const acl_row& rule) {
  json::object out;
  if (rule.who.as == acl_subject_kind::all)
    out["all"] = true;
  else
    out[to_string(rule.who.as)] = rule.who.name;
  out["topic"] = rule.topic;
  out["action"] = rule.action;
  out["allow"] = rule.allow;
  return out;
}

std::optional<acl_row> read_acl_record(const json::value& record) {
  const auto* o = record.if_object();
  if (o == nullptr)
    return std::nullopt;
  auto who = read_subject(*o);
  const auto topic = text_member(*o, "topic"), action = text_member(*o, "action");
  if (!who || !topic || !action || !is_acl_action(*action))
    return std::nullopt;
  return acl_row{std::move(*who), *topic, *action, flag_member(*o, "allow")};
}

const char* to_string(acl_subject_kind as) noexcept {
  static constexpr const char* names[] = {"login", "clientid", "username", "all"};
  return names[static_cast<std::size_t>(as)];
}

acl_subject login_subject(std::string login) {
  return login == "$all" ? acl_subject{acl_subject_kind::all, {}}
                         : acl_subject{acl_subject_kind::login, std::move(login)};
}

bool is_acl_action(std::string_view action) noexcept {
  return action == "pub" || action == "sub" || action == "pubsub";
}

} // namespace troupe
