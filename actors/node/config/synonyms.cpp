#include "synonyms.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::config {

namespace {

struct synonym {
  std::string_view written, key;
};

// Of emqx_auth_mysql from 4.0 and from 4.3, of emqx_auth_pgsql from 4.3, of emqx_web_hook up to 4.2.
constexpr synonym synonyms[] = {
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

} // namespace

std::string_view known_as(std::string_view key) noexcept {
  const auto* i = std::find_if(std::begin(synonyms), std::end(synonyms),
                               [key](const synonym& s) { return s.written == key; });
  return i == std::end(synonyms) ? key : i->key;
}

} // namespace troupe::config
