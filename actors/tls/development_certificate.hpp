// The certificate of listeners that have none configured: good for trying things out, trusted by nobody.
#pragma once

#include <string>

namespace troupe {

struct development_certificate {
  std::string certfile, keyfile;
  bool created = false; // just now
  std::string error;    // not empty: there is none
};

/// Its file.
std::string development_certfile(const std::string& folder);

/// The self-signed certificate in `folder`, made when it is not there: EC P-256, for localhost, 127.0.0.1 and
/// ::1, ten years. The key can be read by its owner only.
development_certificate ensure_development_certificate(const std::string& folder);

} // namespace troupe
