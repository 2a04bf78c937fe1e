// What makes a struct a message of CAF that stays within the node: TROUPE_LOCAL_MESSAGE(name), outside of any
// namespace. What CAF makes of it is compiled once, in actors/messages, and not in every source that sends
// it: that was half of the build.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/detail/tuple_vals.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/type_erased_tuple.hpp>

// NOLINTBEGIN(bugprone-macro-parentheses): neither a keyword nor a type stands in parentheses
#define TROUPE_TUPLE_TEMPLATES(what, type)                                                                   \
  what class caf::detail::tuple_vals_impl<caf::detail::message_data, type>;                                  \
  what class caf::detail::tuple_vals_impl<caf::type_erased_tuple, type>;                                     \
  what class caf::detail::tuple_vals<type>;

#define TROUPE_MESSAGE_TEMPLATES(what, type)                                                                 \
  TROUPE_TUPLE_TEMPLATES(what, type)                                                                         \
  what class caf::mailbox_element_vals<type>;
// NOLINTEND(bugprone-macro-parentheses)

#define TROUPE_LOCAL_MESSAGE(name)                                                                           \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::name)                                                                \
  TROUPE_MESSAGE_TEMPLATES(extern template, troupe::name)

TROUPE_TUPLE_TEMPLATES(extern template, caf::error) // the other answer to each request
