// A request's way from the thread that read it to the API actor, and back.
#pragma once

#include "body_limits.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_system.hpp>

#include <chrono>

namespace troupe {

/// The answer of the API, or that there was none within `patience`. `share`, what the body has of the memory
/// for large ones, is kept until the API is done with the request, however long that takes.
http_response ask_api(caf::actor_system& system, const api_actor& api, http_request request, body_share share,
                      std::chrono::milliseconds patience);

} // namespace troupe
