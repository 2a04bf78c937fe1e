// Whether a server takes connections: connects, greets by TLS where that is asked for, and closes again.
#pragma once

#include "interrupter.hpp"
#include "troupe/access/url.hpp"

#include <chrono>
#include <openssl/ssl.h>
#include <string>

namespace troupe {

/// Why the server cannot be reached; empty: it can. `tls` is null without TLS; else it says whom to trust and
/// what to show, and the server has to pass if `verify`. Blocks until `end` at most, besides the look-up of
/// the server's name; an interruption ends it.
std::string probe_server(const access::url& server, SSL_CTX* tls, bool verify, const interrupter& stop,
                         std::chrono::steady_clock::time_point end);

/// What OpenSSL complained about first in this thread since its list was cleared; empty: nothing.
std::string first_tls_error();

} // namespace troupe
