// What back ends of authentication keep of users, read into what the broker decides by: passwords with their
// salt, and rules about topics (reference/plugins-modules.md section 2).
#pragma once

#include "password_hash.hpp"
#include "troupe/access/acl_rule.hpp"
#include "troupe/access/client_facts.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// A row of a table: a value is missing where it is NULL.
using back_end_row = std::vector<std::optional<std::string>>;

/// Whether the row, password and perhaps salt, is of this password. A row without a password is of none.
bool matches_row(const hash_scheme& scheme, const back_end_row& row, std::string_view password);

/// Whether a row says that its user may do everything: its first value is `1`, `t` or `true`.
bool is_superuser_row(const back_end_row& row) noexcept;

/// A rule of allow, ipaddr, username, clientid, access and topic, in this order: allow is 1 or 0, access 1
/// (subscribe), 2 (publish) or 3 (both), the topic `eq …` is a literal one, the user name `$all` is
/// everybody. What is NULL or empty of the three that say whom it concerns does not count, but one has to be
/// there. Nothing: it is no rule.
std::optional<acl_rule> read_acl_row(const back_end_row& row);

/// The rules of the rows, in their order.
struct row_rules {
  std::vector<acl_rule> rules;
  std::size_t unclear = 0; // rows that are none
  std::string example;     // the first of them, for the log
};

/// No row that is none opens anything: it allows nothing, and unless its `allow` is 1 it may have been there
/// to deny. Then it does: what it is about when nothing but `allow` is wrong with it, else everything, so
/// that rows behind it do not count.
row_rules read_acl_rows(const std::vector<back_end_row>& rows);

/// An allowing rule about whoever it was asked for: the topic, and 1, 2 or 3 as above. Nothing: it is none.
std::optional<acl_rule> read_allowed_topic(std::string_view topic, std::string_view access);

/// What the first of the rules that matches says of the client.
std::optional<decision> decide_by(std::vector<acl_rule> rules, const client_facts& who,
                                  const topic_question& asked);

/// Whether a value of an LDAP server's userPassword is of this password: `{SHA}`, `{SSHA}`, `{SHA256}`,
/// `{SSHA256}`, `{SHA512}`, `{SSHA512}`, `{MD5}`, `{SMD5}` with base64 of hash and salt, `{CRYPT}` with a
/// bcrypt text, or the plain password. Schemes are of any case; an unknown one is of no password.
bool matches_ldap_password(std::string_view stored, std::string_view password);

/// A text as a value of an LDAP filter (RFC 4515 section 3).
std::string escape_ldap_value(std::string_view text);

} // namespace troupe::access
