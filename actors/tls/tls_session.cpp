#include "tls_session.hpp"

#include <openssl/ssl.h>

namespace troupe {

void tls_session_deleter::operator()(ssl_st* session) const noexcept { SSL_free(session); }

} // namespace troupe
