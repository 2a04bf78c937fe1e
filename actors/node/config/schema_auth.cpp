// Settings of the plugins: which there are at the first start, and the users of those that authenticate.
#include "../../access/password_hash.hpp"
#include "schema.hpp"
#include "setters.hpp"

#include <algorithm>

namespace troupe::config {

namespace {

using s = settings;

const char* set_plugins(settings& to, std::string_view v) {
  to.plugins.clear();
  while (!v.empty()) {
    const auto name = take_name(v);
    if (name.empty())
      continue;
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }))
      return "names of plugins, such as emqx_auth_username";
    to.plugins.emplace_back(name);
  }
  return nullptr;
}

setter<settings> user_hash(auth_users_of which) {
  return [which](settings& to, std::string_view v) -> const char* {
    const auto kind = access::find_hash_kind(v);
    if (!kind || !access::is_user_hash_kind(*kind))
      return "plain, md5, sha or sha256";
    to.auth.of(which).password_hash = v;
    return nullptr;
  };
}

const char* set_login(settings& to, std::string_view v) {
  if (v != "username" && v != "clientid")
    return "username or clientid";
  to.auth.mnesia_by_clientid = v == "clientid";
  return nullptr;
}

constexpr const char* hash_text = "How the passwords of its users are kept: plain, md5, sha or sha256";

} // namespace

std::span<const row<settings>> auth_rows() {
  static const std::vector<row<settings>> rows{
      {"plugins.load", set_plugins, "",
       "Plugins of the first start beside those that are on by default; then plugins.loaded_file"},
      {"plugins.loaded_file", text<s>(&s::plugins_loaded_file), "",
       "File of the loaded plugins (EMQ X's terms), relative to this file; unset: "
       "<node.data_dir>/loaded_plugins"},
      {"plugins.etc_dir", text<s>(&s::plugins_etc_dir), "",
       "Folder of the plugins' own settings, <name>.conf each, relative to this file; they win over those "
       "here; unset: there are none"},
      {"plugins.dir", text<s>(&s::plugins_dir), "",
       "Folder of plugins in shared libraries, <name>.so each, relative to this file; unset: there are none"},
      {"auth.client.password_hash", user_hash(auth_users_of::clientid), "sha256", hash_text},
      {"auth.user.password_hash", user_hash(auth_users_of::username), "sha256", hash_text},
      {"auth.mnesia.password_hash", user_hash(auth_users_of::mnesia), "sha256", hash_text},
      {"auth.mnesia.as", set_login, "username", "What a login is: username or clientid"},
  };
  return rows;
}

std::span<const auth_user_table> auth_user_tables() {
  using u = auth_user;
  static const std::vector<auth_user_table> tables{
      {auth_users_of::clientid,
       "auth.client.",
       {{"clientid", mqtt_text<u>(&u::name), "",
         "Client id that emqx_auth_clientid knows, as many as you number"},
        {"password", mqtt_text<u>(&u::password), "", "Its password"}}},
      {auth_users_of::username,
       "auth.user.",
       {{"username", mqtt_text<u>(&u::name), "",
         "User name that emqx_auth_username knows, as many as you number"},
        {"password", mqtt_text<u>(&u::password), "", "Its password"}}},
      {auth_users_of::mnesia,
       "auth.mnesia.",
       {{"login", mqtt_text<u>(&u::name), "", "Login that emqx_auth_mnesia knows, as many as you number"},
        {"password", mqtt_text<u>(&u::password), "", "Its password"},
        {"is_superuser", flag<u>(&u::superuser), "false", "It may do everything"}}},
  };
  return tables;
}

} // namespace troupe::config
