#include "troupe/actors/exceptions.hpp"

#include "troupe/actors/log.hpp"

#include <cstdlib>

namespace troupe {

void end_broker(const char* name, const std::exception_ptr& why) noexcept {
  log_failure(name, why);
  log::error("[Broker] it ends: it cannot go on without that actor");
  log::flush();
  std::abort(); // with a core, where those are kept: this is a bug
}

void log_failure(const char* name, const std::exception_ptr& why) noexcept {
  try {
    std::rethrow_exception(why);
  } catch (const std::exception& e) {
    log::error("[Broker] the actor {} failed: {}", name, log::printable(e.what()));
  } catch (...) {
    log::error("[Broker] the actor {} failed", name);
  }
}

} // namespace troupe
