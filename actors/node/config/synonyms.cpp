#include "synonyms.hpp"

#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::config {

namespace {

struct synonym {
  std::string_view written, key;
};

// Of emqx_auth_mysql from 4.0 and from 4.3, of emqx_auth_pgsql and emqx_auth_http from 4.3, of emqx_web_hook
// up to 4.2.
constexpr synonym synonyms[] = {
    {"auth.http.auth_req.url", "auth.http.auth_req"},
    {"auth.http.super_req.url", "auth.http.super_req"},
    {"auth.http.acl_req.url", "auth.http.acl_req"},
    {"auth.http.timeout", "auth.http.request.timeout"},
    {"auth.http.connect_timeout", "auth.http.request.connect_timeout"},
    {"auth.http.pool_size", "auth.http.pool"},
    {"auth.mysql.ssl.cafile", "auth.mysql.ssl_opts.cacertfile"},
    {"auth.mysql.ssl.cacertfile", "auth.mysql.ssl_opts.cacertfile"},
    {"auth.mysql.ssl.certfile", "auth.mysql.ssl_opts.certfile"},
    {"auth.mysql.ssl.keyfile", "auth.mysql.ssl_opts.keyfile"},
    {"auth.mysql.ssl.verify", "auth.mysql.ssl_opts.verify"},
    {"auth.pgsql.ssl.cacertfile", "auth.pgsql.ssl_opts.cacertfile"},
    {"auth.pgsql.ssl.certfile", "auth.pgsql.ssl_opts.certfile"},
    {"auth.pgsql.ssl.keyfile", "auth.pgsql.ssl_opts.keyfile"},
    {"auth.pgsql.ssl.verify", "auth.pgsql.ssl_opts.verify"},
    {"web.hook.ssl.cafile", "web.hook.ssl.cacertfile"},
};

// Headers of emqx_auth_http that are settings of ours.
constexpr synonym content_types[] = {
    {"auth.http.auth_req.headers.", "auth.http.auth_req.content_type"},
    {"auth.http.super_req.headers.", "auth.http.super_req.content_type"},
    {"auth.http.acl_req.headers.", "auth.http.acl_req.content_type"},
};

// A variable of the environment cannot write the hyphen of a header.
bool names_content_type(std::string_view header) noexcept {
  return mqtt::same_word(header, "content-type") || mqtt::same_word(header, "content_type");
}

} // namespace

std::string_view known_as(std::string_view key) noexcept {
  for (const auto& [head, content_type] : content_types)
    if (key.starts_with(head) && names_content_type(key.substr(head.size())))
      return content_type;
  const auto* i = std::find_if(std::begin(synonyms), std::end(synonyms),
                               [key](const synonym& s) { return s.written == key; });
  return i == std::end(synonyms) ? key : i->key;
}

} // namespace troupe::config
