// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/actors/wire_message.hpp"
#include "troupe/mqtt/peer_proof.hpp"

#include "compiled_here.hpp"

#undef TROUPE_WIRE_MESSAGE
#define TROUPE_WIRE_MESSAGE(name)                                                                            \
  template <>                                                                                                \
  inline void caf::mailbox_element_vals<troupe::name>::dispose() noexcept {}                                 \
  TROUPE_MESSAGE_TEMPLATES(template, troupe::name)

#include "troupe/actors/cluster_messages.hpp"
