#include "troupe/actors/exceptions.hpp"

#include "troupe/actors/log.hpp"

#include <cstdlib>

namespace troupe {

namespace {

void log_failure(const char* name, const char* why) noexcept {
  try {
    log::error("[Broker] the actor {} failed: {}", name, log::printable(why));
  } catch (...) { // out of memory for the line: nothing is left to do
  }
}

} // namespace

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
    log_failure(name, e.what());
  } catch (...) {
    log_failure(name, "unknown exception");
  }
}

} // namespace troupe
