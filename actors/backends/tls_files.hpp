// The files of TLS towards a server outside.
#pragma once

#include "troupe/actors/back_end_settings.hpp"

#include <string>

namespace troupe {

/// What is wrong with the first of them that cannot be used, "FILE: why", so that whoever names it is told at
/// once; empty: nothing. Reads them, and asks nobody for a password.
std::string check_tls_files(const outgoing_tls& tls);

} // namespace troupe
