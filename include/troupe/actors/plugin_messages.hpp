// Messages about plugins, and about the users and rules that the plugins of authentication have. The other
// messages are in messages.hpp, which includes this.
#pragma once

#include "troupe/access/client_facts.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/actors/plugin_flags.hpp"
#include "troupe/mqtt/reason_code.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct settings;

// -- plugins ------------------------------------------------------------------------------------------

struct plugin_query {};
struct plugin_row {
  std::string name, version, description, type; // "auth", "bridge", "feature" or "protocol"
  bool active = false;
};
struct plugin_page {
  std::vector<plugin_row> rows; // by name
};

/// Answered when all is done: with code 110 or 111 when it is in that state already, 112 when no plugin has
/// the name, 102 with `not_found` for one that EMQ X has and Troupe has not.
struct switch_plugin {
  enum class action : std::uint8_t { load, unload, reload };
  std::string name;
  action what = action::load;
};

// -- authentication -----------------------------------------------------------------------------------

/// A CONNECT for the plugins. Its client waits, with its input stopped, for client_checked or for its zone's
/// idle_timeout; it has one question under way, so the connections bound their number.
struct check_client {
  client_actor client;
  std::shared_ptr<const access::client_facts> who;
};

struct client_checked {
  enum class verdict : std::uint8_t { success, failure, nobody }; // nobody: no plugin knows the client
  verdict what = verdict::nobody;
  mqtt::reason_code reason = mqtt::reason_code::not_authorized; // of a failure
  bool superuser = false;
  std::uint32_t ignored = 0;                   // plugins that did not know it
  std::optional<std::string> mount_point = {}; // in the place of its listener's, with placeholders
};

/// The plugins to ask, in this order. They have been told when it is answered.
struct order_authenticators {
  std::vector<plugin_kind> order;
  std::shared_ptr<const settings> config = {}; // from now on; null: as before
  std::optional<plugin_kind> begins = {};      // the one that begins (anew) with them
};

/// Whose users.
enum class user_kind : std::uint8_t { clientid, username, mnesia };

inline constexpr std::size_t user_kind_count = static_cast<std::size_t>(user_kind::mnesia) + 1;

struct user_row {
  user_kind kind = user_kind::clientid;
  std::string name;
  std::string password; // of access::make_user_hash: four bytes of salt, then text
  std::string hash;     // "sha256"
  bool superuser = false;
};

/// In the order of their names.
struct user_query {
  user_kind kind = user_kind::clientid;
  std::optional<std::string> name; // only this one
  std::size_t skip = 0;
  std::size_t limit = 0; // rows to return at most
};
struct user_page {
  std::vector<user_row> rows;
  std::size_t total = 0;
};

/// Adds a user, who must not be there (113 `existed`), or changes one, who must (105 `noexisted`). What is
/// not set stays. The password is plain unless `hash` says what it is a hash of (as in user_row).
struct put_user {
  user_kind kind = user_kind::clientid;
  std::string name;
  bool add = true;
  std::optional<std::string> password;
  std::optional<bool> superuser;
  std::string hash = {};
};

struct remove_user {
  user_kind kind = user_kind::clientid;
  std::string name;
};

// -- rules of emqx_auth_mnesia -----------------------------------------------------------------------

/// Whom a rule of emqx_auth_mnesia concerns. EMQ X up to 4.2 knows logins, which `auth.mnesia.as` makes user
/// names or client ids; from 4.3 on a rule says itself which of them it means.
enum class acl_subject_kind : std::uint8_t { login, clientid, username, all };

struct acl_subject {
  acl_subject_kind as = acl_subject_kind::login;
  std::string name; // empty: `all`

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes what compiles for what is written
  auto operator<=>(const acl_subject&) const = default;
};

struct acl_row {
  acl_subject who;
  std::string topic;
  std::string action; // "pub", "sub" or "pubsub"
  bool allow = true;
};

struct acl_query {
  std::vector<acl_subject_kind> kinds; // only rules about these
  std::optional<std::string> name;     // and of this name
  std::size_t skip = 0;
  std::size_t limit = 0;
};
struct acl_page {
  std::vector<acl_row> rows; // by kind, name and topic
  std::size_t total = 0;     // of these kinds, whatever the name
};

/// A rule more; one about the same subject and topic is replaced.
struct put_acl {
  acl_row row;
};

struct remove_acl {
  acl_subject who;
  std::string topic;
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(plugin_query)
TROUPE_LOCAL_MESSAGE(plugin_page)
TROUPE_LOCAL_MESSAGE(switch_plugin)
TROUPE_LOCAL_MESSAGE(check_client)
TROUPE_LOCAL_MESSAGE(client_checked)
TROUPE_LOCAL_MESSAGE(order_authenticators)
TROUPE_LOCAL_MESSAGE(user_query)
TROUPE_LOCAL_MESSAGE(user_page)
TROUPE_LOCAL_MESSAGE(put_user)
TROUPE_LOCAL_MESSAGE(remove_user)
TROUPE_LOCAL_MESSAGE(acl_query)
TROUPE_LOCAL_MESSAGE(acl_page)
TROUPE_LOCAL_MESSAGE(put_acl)
TROUPE_LOCAL_MESSAGE(remove_acl)
