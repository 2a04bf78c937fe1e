// The store: RocksDB in `<node.data_dir>/store`, behind an actor (interfaces.hpp).
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/store_messages.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>

namespace troupe {

class database;

/// Takes the store in `folder` for this process alone and opens what is there already. `fsync`: a write is
/// answered when the disk has it, else when the operating system has it. With another status than ok the
/// broker must not start.
std::shared_ptr<database> open_database(const std::string& folder, bool fsync, store_status& status);

/// The rows of a kind, as store_scan asks for them: for the start, before there is an actor.
store_page scan(database& rows, const store_scan& which);

/// All rows of a kind, one after the other; `take` may move the key and the value away. Empty, or why they
/// cannot be read.
std::string for_each_row(database& rows, store_kind kind,
                         const std::function<void(std::string& key, std::string& value)>& take);

/// Starts the actor, which is the only user of the database from now on.
store_actor spawn_store(caf::actor_system& system, std::shared_ptr<database> rows);

} // namespace troupe
