// Databases that resources of rules write to.
#pragma once

#include "troupe/actors/database_messages.hpp"
#include "troupe/actors/http_client.hpp"

#include <caf/fwd.hpp>

#include <cstdint>

namespace troupe {

enum class database_kind : std::uint8_t { pgsql, mysql, redis };

/// One per database that is written to; the rule's resource owns it.
using database_actor = caf::typed_actor<caf::replies_to<database_call>::with<database_answer>, // from a rule
                                        caf::replies_to<backend_query>::with<backend_figures>, // how it fares
                                        caf::reacts_to<probe_tick>>; // to itself: is it up again?

/// Connections are opened when they are needed and kept. A statement is sent once: when the connection breaks
/// before the answer, whether it was carried out is not known, and the answer is an error. While the server
/// is down every call is answered at once, or waits as `pool.keep` says, also one that found it gone before
/// anything was sent; an alarm `resource_down` of the pool's name tells so, and probes find out when it is up
/// again. Ends with its exit message. Of `where` those of SQL need `server` alone.
database_actor spawn_database_client(caf::actor_system& system, database_kind kind,
                                     const redis_settings& where, const pool_settings& pool,
                                     const alarms_actor& alarms);

} // namespace troupe
