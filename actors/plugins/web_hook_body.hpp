// What emqx_web_hook tells a server: one JSON object for each event (reference/plugins-modules.md section
// 13). Nothing here knows of actors.
#pragma once

#include "troupe/actors/web_hook_settings.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/rules/event_record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// The body for an event, or for a message that was published (`event` is null then). What is not known is
/// `null`; bytes of a plain payload that are no UTF-8 become U+FFFD. Nothing for what the plugin is never
/// told of.
std::optional<std::string> web_hook_body(const rules::event_record* event, const mqtt::message_ptr& message,
                                         web_hook_settings::payload_form form);

/// EMQ X's: six bits a character, for which `A`–`Z`, `a`–`z`, `0`–`8` stand, and `9A`, `9B`, `9C` for the
/// last three values; a rest of two or four bits is a character by itself.
std::string to_base62(std::string_view bytes);

} // namespace troupe
