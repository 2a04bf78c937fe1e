// After this header, what is included declares no messages but compiles what CAF makes of them
// (message_type.hpp).
#pragma once

#include "troupe/actors/message_type.hpp"

#undef TROUPE_LOCAL_MESSAGE
// dispose() of CAF 0.17.6 compiles for no type, and nobody calls it.
#define TROUPE_LOCAL_MESSAGE(name)                                                                           \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::name)                                                                \
  template <>                                                                                                \
  inline void caf::mailbox_element_vals<troupe::name>::dispose() noexcept {}                                 \
  TROUPE_MESSAGE_TEMPLATES(template, troupe::name)
