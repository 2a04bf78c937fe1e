// Users and rules of the plugins of authentication as JSON. On the disk a user is
// `{"kind","name","password","hash","is_superuser"}`, a rule
// `{"login","topic","action","allow"}`, or with "clientid", "username" or "all" (true) in the place of
// "login". Exported files have them as EMQ X's do, by kind: `{"clientid","password"}`,
// `{"username","password"}` and
// `{"login","password","is_superuser"}`, and rules as above.
#pragma once

#include "troupe/actors/plugin_messages.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// The member that names a user in the API and in exported files: "clientid", "username" or "login".
const char* name_member(user_kind kind) noexcept;

/// The key of a row in the store.
std::string user_key(user_kind kind, std::string_view name);
std::string acl_key(const acl_subject& who, std::string_view topic);

/// Passwords are in base64: their salt is no text.
boost::json::object to_record(const user_row& user);
std::optional<user_row> read_user_record(const boost::json::value& record);

boost::json::object to_export(const user_row& user);

/// From an exported file: `hash` says of what kind the passwords are. A password that is no base64 of salt
/// and hash is taken as it is, as older versions of EMQ X write them.
std::optional<put_user> read_exported_user(user_kind kind, std::string_view hash,
                                           const boost::json::value& record);

/// A login `$all` is everybody.
boost::json::object to_record(const acl_row& rule);
std::optional<acl_row> read_acl_record(const boost::json::value& record);

/// "login", "clientid", "username" or "all".
const char* to_string(acl_subject_kind as) noexcept;

/// Whom the rules of a login concern.
acl_subject login_subject(std::string login);

/// "pub", "sub" and "pubsub".
bool is_acl_action(std::string_view action) noexcept;

} // namespace troupe
